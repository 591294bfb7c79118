import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import { anthropicMessages } from "../../../src/dialects/anthropic-messages/index.ts";
import { openAiChat } from "../../../src/dialects/openai-chat/index.ts";
import { openAiResponses } from "../../../src/dialects/openai-responses/index.ts";
import { CODEX } from "../../fixtures/openai-responses/codex.ts";
import { items } from "../../fixtures/openai-responses/requests.ts";
import { assistant, call, result, signed, system, text, tool, user } from "../samples.ts";
import { requestOf, targetOf } from "../target.ts";

const render = openAiResponses.renderRequest;

const request: JsonObject = {
  model: "gpt-5",
  stream: true,
  instructions: "be brief",
  input: [
    {
      type: "message",
      role: "user",
      content: [
        { type: "input_text", text: "what is it?" },
        { type: "input_image", detail: "auto", image_url: "https://e.com/a.png" },
        { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,JVBER" },
        { type: "input_file", file_url: "https://e.com/b.pdf" },
      ],
    },
    {
      type: "reasoning",
      summary: [{ type: "summary_text", text: "hm" }],
      encrypted_content: "gAAAAAB",
    },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "looking" }] },
    { type: "function_call", call_id: "call_1", name: "look", arguments: '{"at": 1}' },
    {
      type: "function_call_output",
      call_id: "call_1",
      output: [
        { type: "input_text", text: "seen" },
        { type: "input_image", detail: "auto", image_url: "data:image/png;base64,iVBOR" },
      ],
    },
    { type: "message", role: "developer", content: [{ type: "input_text", text: "now French" }] },
    { type: "message", role: "user", content: [{ type: "input_text", text: "so?" }] },
  ],
  tools: [
    {
      type: "function",
      name: "look",
      description: "looks",
      parameters: { type: "object" },
      strict: true,
    },
  ],
  tool_choice: { type: "function", name: "look" },
  parallel_tool_calls: false,
  max_output_tokens: 500,
  reasoning: { effort: "low", summary: "auto" },
  text: { format: { type: "json_schema", name: "out", schema: { type: "object" }, strict: true } },
  user: "u-1",
  store: false,
  include: ["reasoning.encrypted_content"],
};

describe("a request for Responses", () => {
  it("stays the same when it is parsed and rendered in its own grammar", () => {
    const target = targetOf("gpt-5");
    expect(render(openAiResponses.parseRequest(request, {}), target)).toEqual(request);
    expect(target.dropped).toEqual([]);
  });

  it("keeps nothing at the vendor and takes the thoughts home, encrypted", () => {
    expect(render(requestOf(), targetOf("gpt-5"))).toMatchObject({
      store: false,
      include: ["reasoning.encrypted_content"],
    });
    // Models that do not think refuse to be asked for it.
    expect(render(requestOf(), targetOf("gpt-4.1"))).not.toHaveProperty("include");
    expect(render(requestOf({ stream: true }), targetOf("gpt-5"))).not.toHaveProperty(
      "stream_options",
    );
  });

  it("is lax about tools unless somebody asked for strictness", () => {
    expect(render(requestOf({ tools: [tool] }), targetOf("gpt-5")).tools).toEqual([
      { type: "function", name: "look", parameters: { type: "object" }, strict: false },
    ]);
  });

  it("has thoughts only of OpenAI's own, and none that nothing follows", () => {
    const own = {
      type: "reasoning" as const,
      text: "",
      proof: { issuer: "openai" as const, kind: "encrypted" as const, data: "gAAA" },
    };
    const messages = [user(text("a")), assistant(signed, own, text("b"), own), user(text("c"))];
    expect(render(requestOf({ messages }), targetOf("gpt-5")).input).toEqual([
      { type: "message", role: "user", content: [{ type: "input_text", text: "a" }] },
      { type: "reasoning", summary: [], encrypted_content: "gAAA" },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "b" }] },
      { type: "message", role: "user", content: [{ type: "input_text", text: "c" }] },
    ]);
  });

  it("says in words that a tool failed", () => {
    const messages = [user(text("a")), assistant(call), user({ ...result, isError: true })];
    expect(render(requestOf({ messages }), targetOf("gpt-5")).input).toMatchObject([
      {},
      { type: "function_call", call_id: "call_1", name: "look" },
      { type: "function_call_output", call_id: "call_1", output: "Error: seen" },
    ]);
  });

  it("names what this grammar has no word for", () => {
    const target = targetOf("gpt-5");
    const asked = requestOf({
      messages: [system({ ...text("s"), cache: { ttl: "5m" } }), user(text("a"))],
      stopSequences: ["END"],
      sampling: { temperature: 1, topK: 4, seed: 7, presencePenalty: 1 },
      endUser: "x".repeat(65),
    });
    const body = render(asked, target);
    for (const name of ["stop", "seed", "temperature", "user"])
      expect(body).not.toHaveProperty(name);
    expect(target.dropped.sort()).toEqual([
      "cache_control",
      "presence_penalty",
      "seed",
      "stop_sequences",
      "temperature",
      "top_k",
      "user",
    ]);
  });

  it("refuses sound, which nobody would hear", () => {
    const sound = {
      type: "media" as const,
      kind: "audio" as const,
      mediaType: "audio/wav",
      source: { base64: "UklG" },
    };
    expect(() => render(requestOf({ messages: [user(sound)] }), targetOf("gpt-5"))).toThrowError(
      /hears nothing/,
    );
  });
});

describe("a Codex turn that crosses into another grammar", () => {
  it("keeps its meaning for Claude", () => {
    const target = targetOf("claude-sonnet-4-5");
    const rendered = anthropicMessages.renderRequest(
      openAiResponses.parseRequest(CODEX, {}),
      target,
    );
    expect(rendered).toMatchObject({
      system: [
        { type: "text", text: "You are a coding agent." },
        { type: "text", text: "The sandbox is read-only." },
      ],
      messages: [
        { role: "user", content: [{ type: "text", text: "fix it" }] },
        {
          role: "assistant",
          content: [
            { type: "text", text: "Looking." },
            { type: "tool_use", id: "call_1", name: "exec_command", input: { cmd: "ls" } },
            { type: "tool_use", id: "call_2", name: "collaboration__spawn", input: {} },
            {
              type: "tool_use",
              id: "call_3",
              name: "apply_patch",
              input: { input: "*** Begin\n" },
            },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "call_1" },
            {
              type: "tool_result",
              tool_use_id: "call_2",
              content: [{ type: "text", text: "seen" }, { type: "image" }],
            },
            { type: "tool_result", tool_use_id: "call_3" },
          ],
        },
      ],
    });
    expect(target.dropped).toEqual(
      expect.arrayContaining(["client_metadata", "prompt_cache_key", "tools.web_search"]),
    );
  });

  it("keeps its meaning for Chat Completions, calls of one turn in one message", () => {
    const rendered = openAiChat.renderRequest(
      openAiResponses.parseRequest(CODEX, {}),
      targetOf("gpt-4.1"),
    );
    expect(rendered.messages).toMatchObject([
      { role: "system", content: "You are a coding agent.\n\nThe sandbox is read-only." },
      { role: "user", content: "fix it" },
      {
        role: "assistant",
        content: "Looking.",
        tool_calls: [{ id: "call_1" }, { id: "call_2" }, { id: "call_3" }],
      },
      { role: "tool", tool_call_id: "call_1", content: "a.ts" },
      { role: "tool", tool_call_id: "call_2" },
      { role: "tool", tool_call_id: "call_3", content: "Done" },
      { role: "user" },
    ]);
  });
});

describe("a chat request that crosses into Responses", () => {
  it("has its thoughts back where the client kept them", () => {
    const messages = [
      { role: "user", content: "a" },
      {
        role: "assistant",
        content: "b",
        reasoning_details: [
          { type: "reasoning.encrypted", data: "gAAA", format: "openai-responses-v1", index: 0 },
        ],
      },
      { role: "user", content: "c" },
    ];
    const parsed = openAiChat.parseRequest({ model: "m", messages }, {});
    expect(render(parsed, targetOf("gpt-5")).input).toMatchObject([
      { role: "user" },
      { type: "reasoning", encrypted_content: "gAAA" },
      { role: "assistant" },
      { role: "user" },
    ]);
  });
});

describe("names of tools in a namespace", () => {
  it("that are too long for other vendors are shortened the same way every time", () => {
    const name = "x".repeat(60);
    const parsed = openAiResponses.parseRequest(
      {
        ...items(
          { role: "user", content: "a" },
          { type: "function_call", call_id: "c", namespace: "many", name, arguments: "{}" },
        ),
        tools: [{ type: "namespace", name: "many", tools: [{ type: "function", name }] }],
      },
      {},
    );
    const flat = parsed.tools[0]?.name ?? "";
    expect(flat).toMatch(/^many__x+_\w+$/);
    expect(flat.length).toBeLessThanOrEqual(64);
    expect(parsed.messages[1]?.parts).toMatchObject([{ name: flat }]);
  });
});
