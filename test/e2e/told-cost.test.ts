import { afterAll, beforeAll, expect, test } from "vitest";
import { otherKey } from "../upstream/others.ts";
import { entry, startWorld, type World } from "./world.ts";

// Vendors that say what a call cost are charged by, and the reservation is no guess at it.

let world: World;
beforeAll(async () => {
  world = await startWorld({
    settings: { sekisho_settings: { unpriced_models: { usd_per_million_tokens: 100 } } },
    models: ({ url }) => {
      const openrouter = { api_base: `${url}/openrouter/api/v1`, api_key: otherKey("openrouter") };
      const perplexity = { api_base: `${url}/perplexity`, api_key: otherKey("perplexity") };
      const price = { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 };
      return [
        entry("unlisted", { model: "openrouter/meta-llama/llama-3.3-70b", ...openrouter }),
        entry("stated", { model: "openrouter/z-ai/glm-5.3", ...openrouter, ...price }),
        entry("sonar", { model: "perplexity/sonar-pro", ...perplexity }),
      ];
    },
  });
});
afterAll(() => world.stop());

test.each([
  ["unlisted", 12_300_000],
  ["sonar", 6_200_000],
])("%s costs what its vendor says, whoever asks and however", async (model, cost) => {
  const key = await world.gateway.createKey();
  const messages = [{ role: "user" as const, content: "Hello there" }];
  const openai = world.openai(key);
  await openai.chat.completions.create({ model, messages });
  await openai.chat.completions.stream({ model, messages }).finalChatCompletion();
  const claude = world.anthropic(key);
  await claude.messages.create({ model, max_tokens: 100, messages });
  await claude.messages.stream({ model, max_tokens: 100, messages }).finalMessage();
  const rows = await world.rows(key, 4);
  expect(rows.map((row) => [row.status, row.usage_source, row.cost_nano_usd])).toEqual(
    Array.from({ length: 4 }, () => ["success", "reported", cost]),
  );
});

test("a price the operator stated comes before what the vendor says", async () => {
  const key = await world.gateway.createKey();
  const messages = [{ role: "user" as const, content: "Hello there" }];
  await world.openai(key).chat.completions.create({ model: "stated", messages });
  const [row] = await world.rows(key, 1);
  const { input_tokens: input = 0, output_tokens: output = 0 } = row ?? {};
  expect(row?.cost_nano_usd).toBe(input * 1_000 + output * 2_000);
});
