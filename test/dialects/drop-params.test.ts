import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { thrownBy } from "../core/thrown.ts";
import { anthropicMessages } from "../../src/dialects/anthropic-messages/index.ts";
import { cohereChat } from "../../src/dialects/cohere-chat/index.ts";
import { openAiChat } from "../../src/dialects/openai-chat/index.ts";
import { targetOf } from "./target.ts";

/** Where an operator prefers an answer without a parameter to a refusal, also across grammars. */
const softly = { dropParams: true };
const messages = [{ role: "user", content: "hi" }];

describe("a tool that Anthropic runs", () => {
  const search = { type: "web_search_20250305", name: "web_search" };
  const own = { name: "look", input_schema: { type: "object" } };
  const asks = (tools: JsonObject[], more: JsonObject = {}): JsonObject => ({
    model: "m",
    max_tokens: 9,
    messages,
    tools,
    ...more,
  });

  it("is refused by name", () => {
    const refusal = thrownBy(() => anthropicMessages.parseRequest(asks([own, search])));
    expect(refusal).toMatchObject({ details: { param: "tools.1.type" } });
  });

  it("leaves, and the caller hears of it", () => {
    const body = asks([own, search], {
      tool_choice: { type: "tool", name: "web_search" },
      container: "c",
    });
    const request = anthropicMessages.parseRequest(body, softly);
    expect(request.tools.map(({ name }) => name)).toEqual(["look"]);
    expect(request.toolChoice).toBeUndefined();
    const target = targetOf("gpt-4o");
    const sent = openAiChat.renderRequest(request, target);
    expect(JSON.stringify(sent)).not.toContain("web_search");
    expect(target.dropped).toEqual(["container", "tools.web_search_20250305"]);
  });

  it("takes the wish for any tool along when it was the only one", () => {
    const body = asks([search], { tool_choice: { type: "any" } });
    const { tools, toolChoice } = anthropicMessages.parseRequest(body, softly);
    expect([tools, toolChoice]).toEqual([[], undefined]);
  });
});

describe("OpenAI's ways of looking at an answer, on Cohere", () => {
  const body = { model: "m", messages, n: 2, logprobs: true, top_logprobs: 3 };

  it("are refused by name", () => {
    const refusal = thrownBy(() => openAiChat.parseRequest(body));
    expect(refusal).toMatchObject({ details: { param: "n" } });
  });

  it("leave, and the caller hears of it", () => {
    const target = targetOf("command-a-03-2025");
    const sent = cohereChat.renderRequest(openAiChat.parseRequest(body, softly), target);
    for (const name of ["n", "logprobs", "top_logprobs"]) expect(sent).not.toHaveProperty(name);
    expect(target.dropped).toEqual(["n", "logprobs", "top_logprobs"]);
  });
});
