import { describe, expect, it } from "vitest";
import { end, spoken, STREAMED } from "./ended.ts";
import { choosersOf, freshPools } from "./pooled.ts";
import { callOver, lineWith } from "./line.ts";
import { ANTHROPIC, bodyOf, CHUNKS, claudeAt, gptAt, newKey, vendors } from "./world.ts";

describe("a stream that ends because of the time it was given", () => {
  const silent = () => new Response(bodyOf([spoken(CHUNKS.slice(0, 3))], "falls silent"));

  it.each<[string, object, object, string]>([
    ["by its caller proves nothing", { stream_timeout: 0.03 }, {}, "abandoned"],
    ["by its caller for the whole of it does not, either", { timeout: 0.05 }, {}, "abandoned"],
    ["by the operator proves it", {}, { stream_idle_timeout: 0.03 }, "failed"],
  ])("%s", async (_whose, body, router, kind) => {
    const pools = freshPools();
    const config = {
      model_list: [gptAt("a", { rpm: 1_000 })],
      router_settings: { num_retries: 0, ...router },
    };
    const changes = { chooserFor: choosersOf(pools) };
    await end({ ...STREAMED, config, changes, vendor: silent, body: { stream: true, ...body } });
    expect(pools.seen.reports).toMatchObject([{ result: { kind } }]);
  });
});

it("an answer is told with what its vendor says it keeps of the prompt", async () => {
  const pools = freshPools();
  const usage = {
    ...{ input_tokens: 5, cache_read_input_tokens: 2_000, cache_creation_input_tokens: 300 },
    output_tokens: 2,
  };
  const whole = {
    ...{ id: "msg_1", type: "message", role: "assistant", model: "claude" },
    ...{ content: [{ type: "text", text: "Hi" }], stop_reason: "end_turn", usage },
  };
  const { fetch } = vendors({ a: () => Response.json(whole), b: () => Response.json(whole) });
  const config = { model_list: [claudeAt("a"), claudeAt("b")] };
  const { deps } = lineWith(fetch, config, { chooserFor: choosersOf(pools) });
  const { key } = await newKey();
  const body = { model: "claude", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] };
  await callOver(ANTHROPIC, deps, { key, body });
  expect(pools.seen.reports).toMatchObject([{ tokens: 2_307, cachedTokens: 2_300 }]);
});
