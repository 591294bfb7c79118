import { describe, expect, it } from "vitest";
import { openAiCompatible } from "../../src/providers/openai-compatible.ts";
import { openai } from "../../src/providers/openai.ts";
import { adapted, callOf, deploymentOf, TOOLS } from "./deployment.ts";
import { bytesOf, describeProvider } from "./provider.contract.ts";

const SHARED = {
  body: '{ "messages": [ {"role":"user","content":"\\u0041"} ], "seed": 12345678901234567890, "top_p": 1.0, "user":"u" }',
  untouched: [
    '"messages": [ {"role":"user","content":"\\u0041"} ], "seed": 12345678901234567890, "top_p": 1.0, "user":"u"',
  ],
  bytes: bytesOf(': waiting\n\ndata: {"id":"1"}\n\ndata: [DONE]\n\n'),
  frames: [{ data: '{"id":"1"}' }, { data: "[DONE]" }],
};

const atOpenAi = {
  url: "https://api.openai.com/v1/chat/completions",
  headers: {
    "content-type": "application/json",
    authorization: "Bearer sk-secret",
    "openai-organization": "org-1",
  },
};

describeProvider({
  ...SHARED,
  provider: openai,
  deployment: deploymentOf("openai/gpt-5", { api_key: "sk-secret", organization: "org-1" }),
  required: ["api_key"],
  secrets: ["sk-secret"],
  whole: atOpenAi,
  stream: atOpenAi,
});

for (const provider of openAiCompatible) {
  const here = {
    url: "http://127.0.0.1:8000/v1/chat/completions",
    headers: { "content-type": "application/json" },
  };
  describeProvider({
    ...SHARED,
    provider,
    deployment: deploymentOf(`${provider.name}/meta/llama`, {
      api_base: "http://127.0.0.1:8000/v1/",
    }),
    required: ["api_base"],
    secrets: [],
    whole: here,
    stream: here,
  });
}

describe("a body for OpenAI's grammar", () => {
  const call = (stream: boolean) => callOf(deploymentOf("openai/gpt-5"), { stream });
  const adapt = (body: string, stream = false) =>
    adapted(body, (patch) => openai.adaptBody(patch, call(stream))).text;

  it("names the vendor's model", () => {
    expect(adapt('{"model":"team", "n":1}')).toBe('{"model":"gpt-5", "n":1}');
  });

  it("asks a stream for its usage and keeps the caller's other wishes", () => {
    expect(
      adapt('{"stream":true,"model":"m","stream_options":{"include_obfuscation":false}}', true),
    ).toBe(
      '{"stream":true,"model":"gpt-5","stream_options":{"include_obfuscation":false,"include_usage":true}}',
    );
    expect(adapt('{"model":"m","stream_options": {"include_usage":true} }', true)).toBe(
      '{"model":"gpt-5","stream_options": {"include_usage":true} }',
    );
  });

  it("adds nothing to a call that is no stream", () => {
    expect(adapt('{"model":"gpt-5"}')).toBe('{"model":"gpt-5"}');
  });

  it("keeps LiteLLM's metadata from the vendor, unless the answer is to be stored with it", () => {
    expect(adapt('{"metadata":{"tags":["a"]},"model":"m"}')).toBe('{"model":"gpt-5"}');
    expect(adapt('{"metadata":{"a":"b"},"store":true,"model":"m"}')).toContain(
      '"metadata":{"a":"b"}',
    );
  });
});

describe("OpenAI's provider with an address of one's own", () => {
  it("needs no key, and appends the path once", async () => {
    const local = deploymentOf("openai/m", { api_base: "http://127.0.0.1:1/v1/chat/completions" });
    expect(openai.missing(local)).toEqual([]);
    expect(await openai.prepare(callOf(local), "{}", TOOLS)).toEqual({
      url: "http://127.0.0.1:1/v1/chat/completions",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
  });
});
