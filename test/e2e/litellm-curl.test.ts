import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUDGETS } from "./litellm-curl/budgets.ts";
import { CUSTOMERS_AND_TAGS } from "./litellm-curl/customers-and-tags.ts";
import type { CurlLine } from "./litellm-curl/line.ts";
import { ROLES } from "./litellm-curl/roles.ts";
import { requestOf, runCurl } from "./litellm-curl/run.ts";
import { SPEND } from "./litellm-curl/spend.ts";
import { VIRTUAL_KEYS } from "./litellm-curl/virtual-keys.ts";
import { entry, startWorld, type World } from "./world.ts";

/** The curl lines of LiteLLM's documentation, in its order: only the host is another. */
let world: World;
/** What the lines so far have saved. */
const saved = new Map<string, string>();

const MODELS = ["gpt-4", "gpt-4o", "gpt-3.5-turbo", "llama3", "my-free-tier"];

beforeAll(async () => {
  world = await startWorld({
    models: ({ url, credentials }) =>
      MODELS.map((name) =>
        entry(name, {
          model: "openai/gpt-4.1",
          api_base: `${url}/openai/v1`,
          api_key: credentials.openaiApiKey,
        }),
      ),
  });
  saved.set("your-master-key", world.gateway.masterKey);
  saved.set("half-a-year-ago", dayIn(-180));
  saved.set("tomorrow", dayIn(1));
});
afterAll(() => world.stop());

describe("LiteLLM's documentation", () => {
  test.each([
    ["of virtual keys", VIRTUAL_KEYS],
    ["of budgets and rate limits of keys, people and teams", BUDGETS],
    ["of customers and tags", CUSTOMERS_AND_TAGS],
    ["of roles and organizations", ROLES],
    ["of spend", SPEND],
  ])(
    "%s runs line by line",
    async (_page, lines) => {
      if (lines === SPEND) await waitForRecords();
      for (const line of lines) await check(line);
    },
    60_000,
  );

  test("reads the same without a shell", () => {
    for (const { line } of [
      ...VIRTUAL_KEYS,
      ...BUDGETS,
      ...CUSTOMERS_AND_TAGS,
      ...ROLES,
      ...SPEND,
    ]) {
      const { url, method, body } = requestOf(line);
      expect(url, line).toMatch(/^http:\/\/(0\.0\.0\.0|localhost):4000\//);
      expect(method, line).toBe(/-X GET|permissions_list/.test(line) ? "GET" : "POST");
      if (body !== undefined) expect(() => JSON.parse(body) as unknown, line).not.toThrow();
    }
  });
});

async function check({
  line,
  status = 200,
  has = [],
  is = {},
  saves = {},
}: CurlLine): Promise<void> {
  const answer = await runCurl(prepared(line));
  const context = `${line}\n→ ${answer.status} ${answer.text.slice(0, 1_500)}\n`;
  expect.soft(answer.status, context).toBe(status);
  const body: unknown = answer.text === "" ? undefined : JSON.parse(answer.text);
  for (const path of has) expect.soft(at(body, path), `${path} in ${context}`).not.toBe(undefined);
  for (const [path, value] of Object.entries(is)) {
    expect.soft(at(body, path), `${path} in ${context}`).toEqual(value);
  }
  for (const [name, path] of Object.entries(saves)) saved.set(name, String(at(body, path)));
}

function prepared(line: string): string {
  return line
    .replace(/http:\/\/(0\.0\.0\.0|localhost):4000/, world.gateway.url)
    .replaceAll(/<([\w-]+)>/g, (_, name: string) => saved.get(name) ?? `(nothing saved ${name})`);
}

function dayIn(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** Names with dots in them (`gpt-3.5-turbo`) are found as the longest name that is there. */
function at(value: unknown, path: string): unknown {
  if (path === "" || value === undefined) return value;
  if (typeof value !== "object" || value === null) return undefined;
  const names = Object.keys(value).filter((name) => path === name || path.startsWith(`${name}.`));
  const name = names.toSorted((a, b) => b.length - a.length)[0];
  if (name === undefined) return undefined;
  return at((value as Record<string, unknown>)[name], path.slice(name.length + 1));
}

/** Reports read D1, where records arrive a moment after the answer. */
async function waitForRecords(): Promise<void> {
  await expect
    .poll(
      async () => {
        const [row] = await world.gateway.sql(
          "SELECT count(*) AS calls FROM requests WHERE status = 'success'",
        );
        return Number(row?.["calls"]);
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThanOrEqual(3);
}
