import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

/** Who may call: any client's way of sending a key, and no other key than ours. */
let world: World;
let key: string;

beforeAll(async () => {
  world = await startWorld({
    settings: { general_settings: { litellm_key_header_name: "X-Team-Key" } },
  });
  key = await world.gateway.createKey();
});
afterAll(() => world.stop());

const BODY = JSON.stringify({
  model: "demo",
  max_tokens: 10,
  messages: [{ role: "user", content: "Hi" }],
});

function ask(path: string, headers: Record<string, string>): Promise<Response> {
  return fetch(world.gateway.url + path, { method: "POST", headers, body: BODY });
}

const PATHS = ["/v1/chat/completions", "/chat/completions", "/v1/messages", "/messages"];
const HEADERS = [
  "Authorization",
  "x-api-key",
  "api-key",
  "x-goog-api-key",
  "x-litellm-api-key",
  "Ocp-Apim-Subscription-Key",
  "X-Team-Key",
];

describe.each(PATHS)("%s", (path) => {
  test.each(HEADERS)("takes the key in %s, with and without Bearer", async (header) => {
    for (const value of [key, `Bearer ${key}`]) {
      const response = await ask(path, { [header]: value });
      expect(response.status).toBe(200);
      const body = (await response.json()) as { object?: string; type?: string };
      expect(body.object ?? body.type).toBe(
        path.endsWith("messages") ? "message" : "chat.completion",
      );
    }
  });

  test("takes the master key", async () => {
    const response = await ask(path, { authorization: `Bearer ${world.gateway.masterKey}` });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  const forged = () => key.slice(0, -1) + (key.endsWith("a") ? "b" : "a");
  test.each<[string, () => Record<string, string>]>([
    ["no key", () => ({})],
    ["an empty bearer", () => ({ authorization: "Bearer " })],
    ["a forged key", () => ({ authorization: `Bearer ${forged()}` })],
    ["an unknown key", () => ({ "x-api-key": "sk-unknown-0123456789" })],
    ["a vendor's key", () => ({ "x-api-key": "sk-ant-api03-somebody-elses" })],
    ["a word", () => ({ authorization: "Bearer hello" })],
    ["a password", () => ({ authorization: "Basic c2stYTpi" })],
  ])("refuses %s in its grammar, for good", async (_what, headers) => {
    const sent = headers();
    const response = await ask(path, sent);
    expect(response.status).toBe(401);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(response.headers.get("x-sekisho-error-origin")).toBe("client");
    const text = await response.text();
    for (const value of Object.values(sent)) {
      const secret = value.replace(/^(Bearer|Basic) ?/, "");
      if (secret.length > 8) expect(text).not.toContain(secret);
    }
    expect(text).toContain("Authentication Error");
    const body: unknown = JSON.parse(text);
    expect(body).toMatchObject(
      path.endsWith("messages")
        ? { type: "error", error: { type: "authentication_error" } }
        : { error: { code: "401" } },
    );
  });

  test("refuses a key that may not use the model", async () => {
    const narrow = await world.gateway.createKey({ models: ["openai-gpt"] });
    const response = await ask(path, { authorization: `Bearer ${narrow}` });
    expect(response.status).toBe(403);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(await response.text()).toContain("openai-gpt");
  });
});

test("a forged key costs the account nothing: no row and no request upstream", async () => {
  world.upstream.reset();
  const forged = `sk-sekisho-${"A".repeat(75)}`;
  const responses = await Promise.all(
    Array.from({ length: 50 }, () => ask("/v1/messages", { "x-api-key": forged })),
  );
  expect(responses.map((response) => response.status)).toEqual(responses.map(() => 401));
  // What a call that is made now leaves behind comes after anything those could have left.
  const honest = await world.gateway.createKey();
  await (await ask("/v1/messages", { "x-api-key": honest })).text();
  await world.rows(honest, 1);
  expect(await world.gateway.sql("SELECT * FROM requests WHERE status_code = 401")).toEqual([]);
  expect(world.upstream.requests).toEqual([]);
});

test("the model list shows a key what it may use, in the grammar of who asks", async () => {
  const narrow = await world.gateway.createKey({ models: ["demo", "gemini-2"] });
  const list = async (headers: Record<string, string>): Promise<{ data: { id: string }[] }> => {
    const response = await fetch(`${world.gateway.url}/v1/models`, { headers });
    return (await response.json()) as { data: { id: string }[] };
  };
  const openai = await list({ authorization: `Bearer ${narrow}` });
  expect(openai).toMatchObject({
    object: "list",
    data: [{ id: "demo", object: "model" }, { id: "gemini-2" }],
  });
  const anthropic = await list({ "x-api-key": narrow, "anthropic-version": "2023-06-01" });
  expect(anthropic).toMatchObject({ has_more: false, first_id: "demo", last_id: "gemini-2" });
});
