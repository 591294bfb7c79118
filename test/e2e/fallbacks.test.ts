import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type CallRow, type World } from "./world.ts";

/** A model that is down is answered for by another one, of another vendor and grammar. */
let world: World;

beforeAll(async () => {
  world = await startWorld({
    settings: {
      router_settings: {
        num_retries: 0,
        fallbacks: [{ "openai-gpt": ["anthropic-claude", "gemini-2"] }],
      },
    },
  });
});
afterAll(() => world.stop());

const BODY = {
  model: "openai-gpt",
  max_tokens: 50,
  messages: [{ role: "user" as const, content: "tokens:8 please" }],
};

type Row = CallRow & { fallback_from: string | null };

test("official clients get the other model's answer, and pay its price once", async () => {
  world.upstream.script({ vendor: "openai" }, [{ status: { status: 500 } }], { sticky: true });
  const key = await world.gateway.createKey({ max_budget: 10 });
  const chat = await world.openai(key).chat.completions.create(BODY);
  expect(chat.model).toBe("anthropic-claude");
  const message = await world.anthropic(key).messages.create(BODY);
  // The vendor's own bytes, as always where both speak one grammar.
  expect(message.model).toBe("claude-sonnet-4-5-20250929");
  const stream = await world.openai(key).chat.completions.create({ ...BODY, stream: true });
  let words = "";
  for await (const chunk of stream) words += chunk.choices[0]?.delta.content ?? "";
  expect(words).toContain("w7");
  const rows = (await world.rows(key, 3)) as Row[];
  for (const row of rows) {
    expect(row).toMatchObject({
      model_group: "anthropic-claude",
      fallback_from: "openai-gpt",
      provider: "anthropic",
      attempts: 2,
      status: "success",
      output_tokens: 8,
    });
  }
  expect(new Set(rows.map((row) => row.cost_nano_usd)).size).toBe(1);
  const response = await world.gateway.admin(`/key/info?key=${key}`);
  const { info } = (await response.json()) as { info: { spend: number } };
  const sum = rows.reduce((all, row) => all + row.cost_nano_usd, 0);
  expect(Math.round(info.spend * 1e9)).toBe(sum);
});

test("a key that may not use the first fallback gets the second", async () => {
  const key = await world.gateway.createKey({ models: ["openai-gpt", "gemini-2"] });
  const chat = await world.openai(key).chat.completions.create(BODY);
  expect(chat.model).toBe("gemini-2");
});

test("a key that may use neither learns what was wrong with the model it asked for", async () => {
  const key = await world.gateway.createKey({ models: ["openai-gpt"] });
  await expect(world.openai(key).chat.completions.create(BODY)).rejects.toMatchObject({
    status: 502,
  });
  const [row] = (await world.rows(key, 1)) as Row[];
  expect(row).toMatchObject({
    model_group: "openai-gpt",
    fallback_from: null,
    cost_nano_usd: 0,
    error_code: "upstream_error",
  });
});
