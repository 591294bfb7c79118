import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

/** Where the operator switched it on, identical calls are answered from memory. */
let world: World;

beforeAll(async () => {
  world = await startWorld({
    settings: {
      litellm_settings: { cache: true, cache_params: { ttl: 60 } },
      sekisho_settings: {
        experiments: [
          {
            name: "cheaper",
            model: "openai-gpt",
            subject: "session",
            variants: [
              { name: "same", model: "openai-gpt", percent: 50 },
              { name: "azure", model: "azure-gpt", percent: 50 },
            ],
          },
        ],
      },
    },
  });
});
afterAll(() => world.stop());

interface Said {
  model?: string;
  words: string;
  stream?: boolean;
  more?: object;
  headers?: Record<string, string>;
}

async function ask(key: string, { model = "bedrock-claude", words, stream, more, headers }: Said) {
  const response = await fetch(`${world.gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify({
      model,
      max_tokens: 50,
      messages: [{ role: "user", content: words }],
      ...(stream === true && { stream: true, stream_options: { include_usage: true } }),
      ...more,
    }),
  });
  const text = await response.text();
  return {
    status: response.status,
    cache: response.headers.get("x-sekisho-cache"),
    cost: response.headers.get("x-litellm-response-cost"),
    type: response.headers.get("content-type"),
    text,
  };
}

/** Remembering happens beside the answer, so the next one may be a moment early. */
async function askUntilHit(key: string, said: Said) {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask(key, said);
    if (answer.cache === "hit" || tries === 20) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("an identical call", () => {
  test("is answered from memory, costs nothing, and says so in its row", async () => {
    const key = await world.gateway.createKey();
    const said = { words: "tokens:20 remembered" };
    const first = await ask(key, said);
    expect(first).toMatchObject({ status: 200, cache: "miss" });
    const second = await askUntilHit(key, said);
    expect(second).toMatchObject({ status: 200, cache: "hit", cost: "0", text: first.text });
    const rows = await world.rows(key, 2);
    const hit = rows.find((row) => row.cost_nano_usd === 0);
    expect(hit).toMatchObject({ status: "success", provider: null, attempts: 0 });
  });

  test("is streamed again if it was streamed", async () => {
    const key = await world.gateway.createKey();
    const said = { words: "tokens:20 streamed", stream: true };
    const first = await ask(key, said);
    const second = await askUntilHit(key, said);
    expect(second).toMatchObject({ cache: "hit", type: first.type, text: first.text });
    expect(second.text).toContain("data: [DONE]");
  });

  test("of another team, or with another word, is another call", async () => {
    const [mine, other] = [await world.gateway.createKey(), await world.gateway.createKey()];
    const said = { words: "tokens:20 private" };
    await ask(mine, said);
    await askUntilHit(mine, said);
    expect((await ask(other, said)).cache).toBe("miss");
    expect((await ask(mine, { words: "tokens:20 private!" })).cache).toBe("miss");
  });

  test("goes to the vendor when the caller wants no cache", async () => {
    const key = await world.gateway.createKey();
    const said = { words: "tokens:20 fresh" };
    await ask(key, said);
    await askUntilHit(key, said);
    const fresh = await ask(key, { ...said, more: { cache: { "no-cache": true } } });
    expect(fresh.cache).toBe("miss");
    const none = await ask(key, { ...said, headers: { "cache-control": "no-cache, no-store" } });
    expect(none.cache).toBeNull();
  });

  test("is refused like any other when the key may not make it", async () => {
    const key = await world.gateway.createKey({ rpm_limit: 2 });
    const said = { words: "tokens:20 limited" };
    await ask(key, said);
    await ask(key, said);
    expect((await ask(key, said)).status).toBe(429);
  });

  test("in flight shares one upstream call with the others", async () => {
    const key = await world.gateway.createKey();
    const said = { words: "tokens:30 all at once" };
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(key, said)));
    expect(answers.filter((one) => one.cache === "miss")).toHaveLength(1);
    expect(new Set(answers.map((one) => one.text)).size).toBe(1);
  });

  test("that failed is not remembered", async () => {
    const key = await world.gateway.createKey();
    world.upstream.script({ path: "/chat/completions", model: "llama-3.3-70b" }, [
      { status: { status: 400, body: { error: { message: "no" } } } },
    ]);
    const said = { model: "compatible", words: "tokens:20 failing" };
    const first = await ask(key, said);
    const second = await ask(key, said);
    expect(second.cache).not.toBe("hit");
    expect([first.status, second.status]).toContain(200);
  });
});

describe("an experiment", () => {
  test("serves a session by one variant throughout, and its rows say which", async () => {
    const key = await world.gateway.createKey({ models: ["openai-gpt"] });
    for (let session = 0; session < 8; session += 1) {
      const headers = { "x-litellm-session-id": `session-number-${session}` };
      for (const words of ["tokens:5 a", "tokens:5 b"]) {
        const answer = await ask(key, {
          model: "openai-gpt",
          words: `${words} ${session}`,
          headers,
        });
        expect(answer.status).toBe(200);
      }
    }
    const rows = await world.rows(key, 16);
    expect(new Set(rows.map((row) => row.provider))).toEqual(new Set(["openai", "azure"]));
    const results: unknown = await world.gateway.sql(
      "SELECT session_id AS session, tags, provider FROM requests WHERE session_id LIKE 'session-number-%'",
    );
    const providers = new Map<string, Set<string>>();
    for (const row of results as { session: string; tags: string; provider: string }[]) {
      const variant = row.provider === "azure" ? "azure" : "same";
      expect(row.tags).toContain(`experiment:cheaper=${variant}`);
      providers.set(row.session, (providers.get(row.session) ?? new Set()).add(row.provider));
    }
    expect([...providers.values()].every((one) => one.size === 1)).toBe(true);
  });
});
