import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Behaviour } from "../upstream/script.ts";
import { pause, startWorld, type CallRow, type World } from "./world.ts";

/** However a call ends, it is settled, and never at zero once the vendor has worked. */
let world: World;
let key: string;
let rowsSoFar = 0;

beforeAll(async () => {
  world = await startWorld();
  key = await world.gateway.createKey({ max_budget: 100 });
});
afterAll(() => world.stop());
beforeEach(() => world.upstream.reset());

async function nextRow(): Promise<CallRow> {
  rowsSoFar += 1;
  const row = (await world.rows(rowsSoFar)).at(-1);
  if (row === undefined) throw new Error("no row");
  return row;
}

function post(model: string, anthropic: boolean, signal?: AbortSignal): Promise<Response> {
  const path = anthropic ? "/v1/messages" : "/v1/chat/completions";
  return fetch(world.gateway.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model,
      max_tokens: 500,
      stream: true,
      messages: [{ role: "user", content: "tokens:60 please" }],
    }),
    ...(signal && { signal }),
  });
}

/** What a client saw: the text, and whether the connection ended as it should. */
async function readAll(response: Response): Promise<{ text: string; cut: boolean }> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const piece of response.body ?? []) text += decoder.decode(piece, { stream: true });
    return { text, cut: false };
  } catch {
    return { text, cut: true };
  }
}

const ROUTES = [
  ["bedrock-claude", true],
  ["bedrock-claude", false],
  ["anthropic-claude", true],
  ["vertex-claude", true],
  ["openai-gpt", false],
  ["openai-gpt", true],
  ["gemini-2", true],
] as const;

describe.each(ROUTES)("a stream of %s (Anthropic caller: %s)", (model, anthropic) => {
  const final = anthropic ? "message_stop" : "[DONE]";

  test("that finishes is charged what the vendor counted", async () => {
    const { text, cut } = await readAll(await post(model, anthropic));
    expect(cut).toBe(false);
    expect(text).toContain(final);
    expect(await nextRow()).toMatchObject({
      ending: "finished",
      status: "success",
      usage_source: "reported",
      output_tokens: 60,
    });
  });

  test.each<[string, Behaviour]>([
    ["is cut", { cutAt: 8 }],
    ["ends cleanly without its final event", { cleanEndAt: 8 }],
    ["reports an error inside", { errorAt: 8 }],
    ["has a frame that does not parse", { corruptAt: 8 }],
  ])("that %s ends in one error event and a cut connection", async (_name, behaviour) => {
    world.upstream.script({}, [{ ...behaviour, paceMs: 2 }]);
    const { text, cut } = await readAll(await post(model, anthropic));
    expect(text).not.toContain(final);
    expect(text.match(anthropic ? /^event: error$/gm : /^data: \{"error":/gm)).toHaveLength(1);
    expect(cut).toBe(true);
    const row = await nextRow();
    expect(row).toMatchObject({ ending: "broken", status: "failure", usage_source: "observed" });
    expect(row.cost_nano_usd).toBeGreaterThan(0);
    expect(row.error_code).not.toBeNull();
  });

  test("whose caller hangs up is read to its end and charged for it", async () => {
    world.upstream.script({}, [{ paceMs: 20 }]);
    const hangUp = new AbortController();
    const response = await post(model, anthropic, hangUp.signal);
    await response.body?.getReader().read();
    hangUp.abort();
    expect(await nextRow()).toMatchObject({
      ending: "finished",
      usage_source: "reported",
      output_tokens: 60,
    });
  });
});

describe("a whole answer", () => {
  test("whose caller hangs up before it comes is charged all the same", async () => {
    world.upstream.script({}, [{ stallBeforeHeadersMs: 500 }]);
    const hangUp = new AbortController();
    const work = fetch(`${world.gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: "openai-gpt", messages: [{ role: "user", content: "Hi" }] }),
      signal: hangUp.signal,
    });
    await pause(200);
    hangUp.abort();
    await expect(work).rejects.toThrow();
    const row = await nextRow();
    expect(row.usage_source).toBe("reported");
    expect(row.cost_nano_usd).toBeGreaterThan(0);
  });

  test("that nobody gives is charged nothing and remembered as a failure", async () => {
    world.upstream.script({}, [{ status: { status: 500 } }], { sticky: true });
    const response = await post("openai-gpt", false);
    expect(response.status).toBe(502);
    expect(await nextRow()).toMatchObject({
      ending: "refused",
      status: "failure",
      cost_nano_usd: 0,
      error_code: "upstream_error",
    });
  });
});

test("the sum of the rows is what the account says was spent", async () => {
  const rows = await world.rows(rowsSoFar);
  const sum = rows.reduce((total, row) => total + row.cost_nano_usd, 0);
  const response = await world.gateway.admin(`/key/info?key=${key}`);
  const { info } = (await response.json()) as { info: { spend: number } };
  expect(Math.round(info.spend * 1e9)).toBe(sum);
});
