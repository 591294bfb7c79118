import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { bedrock } from "../../src/providers/bedrock.ts";
import { vertex } from "../../src/providers/vertex.ts";
import { thrownBy } from "../core/thrown.ts";
import { HELLO, SONNET_4_5 } from "./adapt-claude.ts";
import { adapted, callOf, deploymentOf, TOOLS } from "./deployment.ts";

const SEARCH = { type: "web_search_20250305", name: "web_search" };
const FETCH = { type: "web_fetch_20250910", name: "web_fetch" };
const OWN = { name: "f", input_schema: { type: "object" } };

function adapt(provider: "bedrock" | "vertex_ai", body: JsonObject, dropParams = false) {
  const model = provider === "bedrock" ? SONNET_4_5 : "claude-opus-4-6";
  const dropped: string[] = [];
  const deployment = deploymentOf(`${provider}/${model}`, {}, { dropParams });
  const call = callOf(deployment, { dialect: "anthropic-messages", dropped, addedBetas: [] });
  const whole = { max_tokens: 100, messages: HELLO, ...body };
  const { json } = adapted(whole, (patch) =>
    (provider === "bedrock" ? bedrock : vertex).adaptBody(patch, call),
  );
  return { json, dropped, call };
}

describe("a web search on Vertex AI", () => {
  it("gets the flag it needs, which callers of Anthropic need not send", async () => {
    const { json, call } = adapt("vertex_ai", { tools: [SEARCH, OWN] });
    expect(json.tools).toEqual([SEARCH, OWN]);
    const { headers } = await vertex.prepare(call, "{}", TOOLS);
    expect(headers["anthropic-beta"]).toBe("web-search-2025-03-05");
  });

  it("gets it once when the caller sent it, beside the caller's others", async () => {
    const { call } = adapt("vertex_ai", { tools: [SEARCH] });
    const betas = ["context-1m-2025-08-07", "web-search-2025-03-05"];
    const { headers } = await vertex.prepare({ ...call, betas }, "{}", TOOLS);
    expect(headers["anthropic-beta"]).toBe(betas.join(","));
  });

  it("is the only thing that brings the flag", async () => {
    const { call } = adapt("vertex_ai", { tools: [OWN] });
    expect((await vertex.prepare(call, "{}", TOOLS)).headers).not.toHaveProperty("anthropic-beta");
  });
});

describe("a tool that Anthropic runs", () => {
  it.each([
    ["bedrock", SEARCH, "Bedrock"],
    ["vertex_ai", FETCH, "Vertex AI"],
  ] as const)("is refused by name on %s, which does not", (provider, tool, name) => {
    const refusal = thrownBy(() => adapt(provider, { tools: [OWN, tool] }));
    expect(refusal).toMatchObject({
      code: "unsupported_parameter",
      details: { param: "tools.1.type" },
    });
    expect(refusal.message).toContain(`${name} does not run "${tool.type}"`);
  });

  it("is left out and named where the operator prefers an answer", () => {
    const choice = { type: "tool", name: "web_search" };
    const { json, dropped } = adapt("bedrock", { tools: [SEARCH, OWN], tool_choice: choice }, true);
    expect(json.tools).toEqual([OWN]);
    expect(json).not.toHaveProperty("tool_choice");
    expect(dropped).toEqual(["tools.web_search_20250305"]);
  });

  it("takes the list and the choice along when it was alone", () => {
    const { json } = adapt("bedrock", { tools: [SEARCH], tool_choice: { type: "any" } }, true);
    expect(json).not.toHaveProperty("tools");
    expect(json).not.toHaveProperty("tool_choice");
  });

  it("leaves a choice of another tool alone", () => {
    const choice = { type: "tool", name: "f" };
    const { json } = adapt("bedrock", { tools: [SEARCH, OWN], tool_choice: choice }, true);
    expect(json.tool_choice).toEqual(choice);
  });

  it("is not confused with tools that the caller runs", () => {
    const tools = [
      { type: "bash_20250124", name: "bash" },
      { ...OWN, type: "custom" },
    ];
    expect(adapt("bedrock", { tools }).json.tools).toEqual(tools);
  });
});
