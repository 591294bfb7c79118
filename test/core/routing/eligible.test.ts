import { describe, expect, it } from "vitest";
import { findEligible, type Demands } from "../../../src/core/routing/eligible.ts";
import { regionOf } from "../../../src/core/routing/region.ts";
import { deploymentOf, loaded } from "../config/sample.ts";

describe("the region of a deployment", () => {
  it.each([
    [{ model: "bedrock/anthropic.claude-opus-5-5", aws_region_name: "eu-west-1" }, "eu"],
    [{ model: "bedrock/anthropic.claude-opus-5-5", aws_region_name: "us-east-1" }, "us"],
    [{ model: "bedrock/eu.anthropic.claude-opus-5-5", aws_region_name: "eu-west-1" }, "eu"],
    [{ model: "bedrock/us.anthropic.claude-opus-5-5", aws_region_name: "ca-central-1" }, "us"],
    [
      { model: "bedrock/global.anthropic.claude-opus-5-5", aws_region_name: "eu-west-1" },
      undefined,
    ],
    [
      { model: "bedrock/jp.anthropic.claude-opus-5-5", aws_region_name: "ap-northeast-1" },
      undefined,
    ],
    [{ model: "bedrock/us-west-2/meta.llama4" }, "us"],
    [{ model: "vertex_ai/gemini-2.5-pro", vertex_location: "europe-west4" }, "eu"],
    [{ model: "vertex_ai/gemini-2.5-pro", vertex_location: "us-central1" }, "us"],
    [{ model: "vertex_ai/gemini-2.5-pro", vertex_location: "global" }, undefined],
    [{ model: "azure/gpt-4o", region_name: "eu" }, "eu"],
    [{ model: "azure/gpt-4o" }, undefined],
  ])("of %o is %s", (params, region) => {
    expect(regionOf(deploymentOf(params))).toBe(region);
  });
});

function found(demands: Partial<Demands>, router: Record<string, unknown> = {}) {
  const entry = (id: string, params: Record<string, unknown>, info = {}) => ({
    model_name: "m",
    litellm_params: params,
    model_info: { id, ...info },
  });
  const config = loaded({
    model_list: [
      entry("eu", { model: "bedrock/eu.anthropic.claude-haiku-4-5", aws_region_name: "eu-west-1" }),
      entry(
        "us",
        { model: "azure/x", region_name: "us", tags: ["paid"] },
        { max_input_tokens: 100 },
      ),
      entry("any", { model: "azure/y" }),
    ],
    router_settings: router,
  });
  const whole = { tags: [], regions: [], inputTokens: 0, ...demands };
  return findEligible(config.deployments, whole, config.router);
}

function eligible(...asked: Parameters<typeof found>) {
  const some = found(...asked);
  return some.kind === "some" ? some.deployments.map((one) => one.id) : some.because;
}

describe("the deployments that may serve a call", () => {
  it("are all when nothing is asked", () => {
    expect(eligible({ tags: ["whatever"], inputTokens: 10_000 })).toEqual(["eu", "us", "any"]);
  });

  it("are in the region that is asked, which unknown is not", () => {
    expect(eligible({ regions: ["eu"] })).toEqual(["eu"]);
    expect(eligible({ regions: ["us"] })).toEqual(["us"]);
    expect(eligible({ regions: ["us", "us"] })).toEqual(["us"]);
    expect(eligible({ regions: ["us", "eu"] })).toBe("region");
  });

  it("have a window that is large enough, where that is checked and known", () => {
    const checked = { enable_pre_call_checks: true };
    expect(eligible({ inputTokens: 101 }, checked)).toEqual(["eu", "any"]);
    expect(eligible({ inputTokens: 100 }, checked)).toEqual(["eu", "us", "any"]);
    expect(eligible({ inputTokens: 101, regions: ["us"] }, checked)).toBe("context-window");
  });

  it("are told apart from those that are left out, which say why", () => {
    const checked = { enable_pre_call_checks: true };
    const some = found({ regions: ["us"], inputTokens: 1 }, checked);
    expect(some.kind === "some" && [...some.leftOut]).toEqual([
      ["eu", "region"],
      ["any", "region"],
    ]);
    const tagged = found({ tags: ["paid"] }, { enable_tag_filtering: true });
    expect(tagged.kind === "some" && tagged.leftOut.get("any")).toBe("tags");
    const large = found({ inputTokens: 101 }, checked);
    expect(large.kind === "some" && [...large.leftOut]).toEqual([["us", "context-window"]]);
  });

  it("have the tags, where these are looked at", () => {
    const filtered = { enable_tag_filtering: true };
    expect(eligible({ tags: ["paid"] }, filtered)).toEqual(["us"]);
    expect(eligible({ tags: ["paid"], regions: ["eu"] }, filtered)).toBe("region");
    expect(eligible({ tags: ["other"] }, filtered)).toBe("tags");
  });
});
