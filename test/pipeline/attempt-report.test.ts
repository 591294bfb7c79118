import { describe, expect, it } from "vitest";
import { end, spoken, STREAMED } from "./ended.ts";
import { choosersOf, freshPools } from "./pooled.ts";
import { bodyOf, CHUNKS, gptAt } from "./world.ts";

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
