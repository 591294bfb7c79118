import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Behaviour } from "../upstream/script.ts";
import { entry, pause, startWorld, type CallRow, type World } from "./world.ts";

/** However a call ends, it is settled, and never at zero once the vendor has worked. */
let world: World;

beforeAll(async () => {
  world = await startWorld({
    models: ({ url, credentials }) => [
      entry("speaker", {
        model: "openai/tts-1",
        api_base: `${url}/openai/v1`,
        api_key: credentials.openaiApiKey,
        input_cost_per_character: 1e-6,
      }),
    ],
  });
});
afterAll(() => world.stop());

/** A call of its own key, as the client saw it and as it was settled. */
interface Seen {
  status: number;
  text: string;
  /** The connection did not end as it should. */
  cut: boolean;
  row: CallRow;
}

function post(
  key: string,
  model: string,
  anthropic: boolean,
  signal?: AbortSignal,
): Promise<Response> {
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
  const body: ReadableStream<Uint8Array> | null = response.body;
  try {
    for await (const piece of body ?? []) text += decoder.decode(piece, { stream: true });
    return { text, cut: false };
  } catch {
    return { text, cut: true };
  }
}

/** The one call of this key. What the account counted for it is what the row says. */
async function settledRow(key: string): Promise<CallRow> {
  const [row, ...others] = await world.rows(key, 1);
  if (row === undefined || others.length > 0) throw new Error("not exactly one row");
  const response = await world.gateway.admin(`/key/info?key=${key}`);
  const { info } = (await response.json()) as { info: { spend: number } };
  expect(Math.round(info.spend * 1e9)).toBe(row.cost_nano_usd);
  return row;
}

const BREAKAGES: Record<string, Behaviour> = {
  "is cut": { cutAt: 8 },
  "ends cleanly without its final event": { cleanEndAt: 8 },
  "reports an error inside": { errorAt: 8 },
  "has a frame that does not parse": { corruptAt: 8 },
};

/** Caller and upstream share grammar and framing: bytes are passed on before they are understood. */
const FORWARDED = ["anthropic-claude", "vertex-claude"];

describe.each([
  ["bedrock-claude", true],
  ["bedrock-claude", false],
  ["anthropic-claude", true],
  ["vertex-claude", true],
  ["openai-gpt", false],
  ["openai-gpt", true],
  ["gemini-2", true],
] as const)("a stream of %s (Anthropic caller: %s)", (model, anthropic) => {
  const final = anthropic ? "message_stop" : "[DONE]";
  const seen = new Map<string, Seen>();

  /** All endings first and their rows after, because every row takes seconds to arrive. */
  beforeAll(async () => {
    const calls = new Map<string, Omit<Seen, "row"> & { key: string }>();
    for (const [name, behaviour] of Object.entries({ finishes: {}, ...BREAKAGES })) {
      world.upstream.reset();
      world.upstream.script({}, [{ ...behaviour, paceMs: 2 }]);
      const key = await world.gateway.createKey({ max_budget: 100 });
      const response = await post(key, model, anthropic);
      calls.set(name, { key, status: response.status, ...(await readAll(response)) });
    }
    calls.set("hangs up", await hangUp(model, anthropic));
    for (const [name, { key, ...call }] of calls) {
      seen.set(name, { ...call, row: await settledRow(key) });
    }
  });

  test("that finishes is charged what the vendor counted", () => {
    const { cut, row, text } = seen.get("finishes") ?? {};
    expect(cut).toBe(false);
    expect(text).toContain(final);
    expect(row).toMatchObject({
      ending: "finished",
      status: "success",
      usage_source: "reported",
      output_tokens: 60,
    });
  });

  test.each(Object.keys(BREAKAGES))(
    "that %s ends in one error event and a cut connection",
    (name) => {
      const { cut, row, text = "" } = seen.get(name) ?? {};
      const unseen = FORWARDED.includes(model) && name.includes("not parse");
      if (!unseen) expect(text).not.toContain(final);
      expect(text.match(anthropic ? /^event: error$/gm : /^data: \{"error":/gm)).toHaveLength(1);
      expect(cut).toBe(true);
      expect(row).toMatchObject({ ending: "broken", status: "failure", usage_source: "observed" });
      expect(row?.cost_nano_usd).toBeGreaterThan(0);
      expect(row?.error_code).toMatch(/^upstream_/);
    },
  );

  test("whose caller hangs up is read to its end and charged for it", () => {
    expect(seen.get("hangs up")?.row).toMatchObject({
      ending: "finished",
      usage_source: "reported",
      output_tokens: 60,
    });
  });
});

/** Leaves after the first bytes of a stream that takes another second. */
async function hangUp(
  model: string,
  anthropic: boolean,
): Promise<Omit<Seen, "row"> & { key: string }> {
  world.upstream.reset();
  world.upstream.script({}, [{ paceMs: 20 }]);
  const key = await world.gateway.createKey({ max_budget: 100 });
  const leaving = new AbortController();
  const response = await post(key, model, anthropic, leaving.signal);
  await response.body?.getReader().read();
  leaving.abort();
  return { key, status: response.status, text: "", cut: true };
}

describe("sound", () => {
  const input = "one two three four five six seven eight nine ten";
  /** Every character is billed as soon as the vendor has them. */
  const billed = input.length * 1_000;

  async function speak(behaviour: Behaviour, signal?: AbortSignal) {
    world.upstream.reset();
    world.upstream.script({}, [behaviour]);
    const key = await world.gateway.createKey({ max_budget: 100 });
    const response = await fetch(`${world.gateway.url}/v1/audio/speech`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "speaker", voice: "alloy", input }),
      ...(signal && { signal }),
    });
    return { key, response };
  }

  test("is passed on while it is spoken, and settled when it ends", async () => {
    const { key, response } = await speak({ paceMs: 50 });
    expect(response.headers.get("content-type")).toBe("audio/mpeg");
    let pieces = 0;
    for await (const _ of response.body ?? []) pieces += 1;
    expect(pieces).toBeGreaterThan(5);
    const row = await settledRow(key);
    expect(row).toMatchObject({ ending: "finished", status: "success", cost_nano_usd: billed });
    expect(row.ended_at_ms - row.started_at_ms).toBeGreaterThan(400);
  });

  test("that breaks off ends in a cut and is remembered as a failure", async () => {
    const { key, response } = await speak({ paceMs: 20, cutAt: 4 });
    expect((await readAll(response)).cut).toBe(true);
    expect(await settledRow(key)).toMatchObject({
      ending: "broken",
      error_code: "upstream_error",
      cost_nano_usd: billed,
    });
  });

  test("whose caller hangs up frees the upstream with its next piece", async () => {
    const leaving = new AbortController();
    const { key, response } = await speak({ paceMs: 200 }, leaving.signal);
    await response.body?.getReader().read();
    leaving.abort();
    expect(await settledRow(key)).toMatchObject({ ending: "caller-gone", cost_nano_usd: billed });
    expect(world.upstream.requests[0]?.abortedAtMs).toBeDefined();
  });
});

describe("a whole answer", () => {
  test("whose caller hangs up before it comes is charged all the same", async () => {
    world.upstream.reset();
    world.upstream.script({}, [{ stallBeforeHeadersMs: 500 }]);
    const key = await world.gateway.createKey();
    const leaving = new AbortController();
    const work = fetch(`${world.gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: "openai-gpt", messages: [{ role: "user", content: "Hi" }] }),
      signal: leaving.signal,
    });
    await pause(200);
    leaving.abort();
    await expect(work).rejects.toThrow();
    const row = await settledRow(key);
    expect(row.usage_source).toBe("reported");
    expect(row.cost_nano_usd).toBeGreaterThan(0);
  });

  test("that nobody gives is charged nothing and remembered as a failure", async () => {
    world.upstream.reset();
    world.upstream.script({}, [{ status: { status: 500 } }], { sticky: true });
    const key = await world.gateway.createKey();
    const response = await post(key, "openai-gpt", false);
    expect(response.status).toBe(502);
    expect(await settledRow(key)).toMatchObject({
      ending: "refused",
      status: "failure",
      cost_nano_usd: 0,
      error_code: "upstream_error",
    });
  });
});
