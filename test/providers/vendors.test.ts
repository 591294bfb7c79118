import { describe, expect, it } from "vitest";
import type { Connection } from "../../src/core/config/deployment.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { deploymentOf as configuredFrom } from "../core/config/sample.ts";
import { findProvider } from "../../src/providers/index.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { adapted, callOf, deploymentOf, TOOLS } from "./deployment.ts";
import { bytesOf, describeProvider } from "./provider.contract.ts";

/** LiteLLM's name of a model, what the vendor calls it, and where the vendor documents it lives. */
const VENDORS: [name: string, model: string, url: string, connection: Connection][] = [
  ["mistral/mistral-large", "mistral-large", "https://api.mistral.ai/v1", {}],
  ["together_ai/a/b", "a/b", "https://api.together.xyz/v1", {}],
  ["groq/llama", "llama", "https://api.groq.com/openai/v1", {}],
  [
    "fireworks_ai/qwen3",
    "accounts/fireworks/models/qwen3",
    "https://api.fireworks.ai/inference/v1",
    {},
  ],
  ["perplexity/sonar", "sonar", "https://api.perplexity.ai", {}],
  ["deepseek/deepseek-chat", "deepseek-chat", "https://api.deepseek.com", {}],
  ["cerebras/llama", "llama", "https://api.cerebras.ai/v1", {}],
  ["xai/grok-4", "grok-4", "https://api.x.ai/v1", {}],
  ["openrouter/a/b:free", "a/b:free", "https://openrouter.ai/api/v1", {}],
  [
    "cloudflare/@cf/meta/llama",
    "@cf/meta/llama",
    "https://api.cloudflare.com/client/v4/accounts/acc/ai/v1",
    { account_id: "acc" },
  ],
  ["huggingface/together/org/m", "org/m:together", "https://router.huggingface.co/v1", {}],
  ["nvidia_nim/meta/llama", "meta/llama", "https://integrate.api.nvidia.com/v1", {}],
];

/** `api_base` as operators write it, and what it means. */
const BASES: [name: string, apiBase: string, url: string][] = [
  ["ollama/llama", "http://gpu:11434", "http://gpu:11434/v1"],
  ["ollama/llama", "http://gpu:11434/v1/", "http://gpu:11434/v1"],
  ["ollama_chat/llama", "http://gpu:11434/api/chat", "http://gpu:11434/v1"],
  ["mistral/m", "https://eu.mistral.example", "https://eu.mistral.example/v1"],
  [
    "huggingface/tgi",
    "https://x.endpoints.example/v1/chat/completions",
    "https://x.endpoints.example/v1",
  ],
  [
    "cloudflare/@cf/m",
    "https://api.cloudflare.com/client/v4/accounts/acc/ai/run/",
    "https://api.cloudflare.com/client/v4/accounts/acc/ai/v1",
  ],
  ["nvidia_nim/m", "http://nim:8000/v1", "http://nim:8000/v1"],
];

function providerOf(name: string): Provider {
  const provider = findProvider(name.split("/")[0] ?? "");
  if (provider === undefined) throw new Error(`nobody serves ${name}`);
  return provider;
}

for (const [name, , url, connection] of VENDORS) {
  const asked = {
    url: `${url}/chat/completions`,
    headers: { "content-type": "application/json", authorization: "Bearer sk-secret" },
  };
  describeProvider({
    provider: providerOf(name),
    deployment: deploymentOf(name, { api_key: "sk-secret", ...connection }),
    required: ["api_key", ...(connection.account_id ? (["account_id"] as const) : [])],
    secrets: ["sk-secret"],
    body: '{ "messages": [ {"role":"user","content":"\\u0041"} ], "temperature": 1.0, "top_p": 1.0 }',
    untouched: [
      '"messages": [ {"role":"user","content":"\\u0041"} ], "temperature": 1.0, "top_p": 1.0',
    ],
    whole: asked,
    stream: asked,
    bytes: bytesOf(': waiting\n\ndata: {"id":"1"}\n\ndata: [DONE]\n\n'),
    frames: [{ data: '{"id":"1"}' }, { data: "[DONE]" }],
  });
}

describe("addresses", () => {
  it.each(BASES)("%s at %s is reached at %s", async (name, apiBase, url) => {
    const deployment = deploymentOf(name, { api_base: apiBase });
    const { url: asked } = await providerOf(name).prepare(callOf(deployment), "{}", TOOLS);
    expect(asked).toBe(`${url}/chat/completions`);
  });

  it.each(VENDORS)("%s is asked for as %s", (name, model) => {
    expect(adapt(name, {}).json.model).toBe(model);
  });

  it.each([
    ["fireworks_ai/accounts/fireworks/models/a", "accounts/fireworks/models/a"],
    [
      "fireworks_ai/accounts/me/models/a#accounts/me/deployments/b",
      "accounts/me/models/a#accounts/me/deployments/b",
    ],
    ["huggingface/org/m", "org/m"],
    ["huggingface/tgi", "tgi"],
  ])("%s is asked for as %s", (name, model) => {
    expect(adapt(name, {}).json.model).toBe(model);
  });

  it("a server only its operator knows needs an address and no key", () => {
    const { missing } = providerOf("ollama/x");
    expect(missing(deploymentOf("ollama/x"))).toEqual(["api_base"]);
    expect(missing(deploymentOf("ollama/x", { api_base: "http://gpu" }))).toEqual([]);
  });
});

function adapt(
  name: string,
  body: JsonObject,
  fields: { stream?: boolean; dropParams?: boolean } = {},
) {
  const { stream = false, dropParams = false } = fields;
  const deployment = deploymentOf(name, {}, { dropParams });
  const dropped: string[] = [];
  const call = callOf(deployment, { stream, dropped });
  const whole = { messages: [{ role: "user", content: "Hi" }], ...body };
  return { ...adapted(whole, (patch) => providerOf(name).adaptBody(patch, call)), dropped };
}

const EVERYBODY = VENDORS.map(([name]) => name);

describe.each(EVERYBODY)("what %s is sent", (name) => {
  it("has the older word for instructions, and no empty list of tools", () => {
    const messages = [{ role: "developer", content: "Be brief." }];
    const { json } = adapt(name, { messages, tools: [] });
    expect(json.messages).toEqual([{ role: "system", content: "Be brief." }]);
    expect(json).not.toHaveProperty("tools");
  });

  it("has no message changed that needs no change", () => {
    const messages = [
      { role: "system", content: "s" },
      { role: "user", content: [{ type: "text", text: "u" }] },
      { role: "assistant", content: "a" },
      { role: "user", content: "b" },
    ];
    expect(adapt(name, { messages }).text).toContain(JSON.stringify(messages));
  });
});

describe("Mistral", () => {
  it("has names of its own, and no member it does not know", () => {
    const { json, dropped } = adapt(
      "mistral/m",
      {
        max_completion_tokens: 9,
        seed: 4,
        user: "u",
        store: false,
        logit_bias: null,
        safe_prompt: true,
      },
      { stream: true },
    );
    expect(json).toMatchObject({ max_tokens: 9, random_seed: 4, safe_prompt: true });
    for (const name of [
      "max_completion_tokens",
      "seed",
      "user",
      "store",
      "logit_bias",
      "stream_options",
    ])
      expect(json).not.toHaveProperty(name);
    expect(dropped).toEqual(["store", "user"]);
  });

  it("gives a call and its result the same nine letters, and leaves its own alone", () => {
    const call = (id: string) => ({
      id,
      type: "function",
      function: { name: "f", arguments: "{}" },
    });
    const { json } = adapt("mistral/m", {
      messages: [
        {
          role: "assistant",
          content: null,
          reasoning_content: "hm",
          tool_calls: [call("toolu_01AbC"), call("abcDEF123")],
        },
        { role: "tool", tool_call_id: "toolu_01AbC", content: "1" },
        { role: "tool", tool_call_id: "abcDEF123", content: "2" },
      ],
    });
    const text = JSON.stringify(json.messages);
    const ids = [...text.matchAll(/"(?:id|tool_call_id)":"([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual([ids[0], "abcDEF123", ids[0], "abcDEF123"]);
    expect(ids[0]).toMatch(/^[a-z0-9]{9}$/);
    expect(text).not.toContain("reasoning_content");
  });
});

describe("Groq", () => {
  it("hears no names, and is asked nothing it refuses", () => {
    const messages = [{ role: "user", name: "ann", content: "Hi" }];
    const { json, dropped } = adapt("groq/m", {
      messages,
      n: 1,
      logprobs: false,
      logit_bias: { "5": 1 },
    });
    expect(json.messages).toEqual([{ role: "user", content: "Hi" }]);
    for (const name of ["n", "logprobs", "logit_bias"]) expect(json).not.toHaveProperty(name);
    expect(dropped).toEqual(["logit_bias"]);
  });

  it.each([{ n: 2 }, { logprobs: true }, { top_logprobs: 3 }])("%j is refused by name", (body) => {
    const [param] = Object.keys(body);
    expect(() => adapt("groq/m", body)).toThrow(expect.objectContaining({ details: { param } }));
  });

  it("is sent what is left when the operator prefers answers to refusals", () => {
    const { json, dropped } = adapt("groq/m", { n: 2 }, { dropParams: true });
    expect(json).not.toHaveProperty("n");
    expect(dropped).toEqual(["n"]);
  });
});

describe("DeepSeek", () => {
  const messages = [
    { role: "user", content: "1" },
    { role: "assistant", content: "2" },
    { role: "assistant", content: "3", reasoning_content: "hm" },
  ];

  it("gets every thought back from V4 on, an empty one where there was none", () => {
    expect(adapt("deepseek/deepseek-v4-chat", { messages }).json.messages).toEqual([
      messages[0],
      { role: "assistant", content: "2", reasoning_content: "" },
      messages[2],
    ]);
  });

  it("gets none before", () => {
    expect(adapt("deepseek/deepseek-reasoner", { messages }).json.messages).toEqual([
      messages[0],
      messages[1],
      { role: "assistant", content: "3" },
    ]);
  });
});

describe("Perplexity", () => {
  it("hears user and assistant take turns", () => {
    const picture = { type: "image_url", image_url: { url: "data:," } };
    const { json } = adapt("perplexity/sonar", {
      messages: [
        { role: "system", content: "one" },
        { role: "system", content: "two" },
        { role: "user", content: "a" },
        { role: "user", content: [picture] },
        { role: "assistant", content: "b" },
        { role: "assistant", content: "c" },
        { role: "system", content: "late" },
        { role: "user", content: "d" },
      ],
    });
    expect(json.messages).toEqual([
      { role: "system", content: "one" },
      { role: "system", content: "two" },
      { role: "user", content: [{ type: "text", text: "a" }, picture] },
      { role: "assistant", content: "b\n\nc" },
      { role: "user", content: "late\n\nd" },
    ]);
  });

  it("keeps calls of tools apart", () => {
    const call = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };
    const messages = [
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: "c", content: "r" },
    ];
    expect(adapt("perplexity/sonar", { messages }).json.messages).toEqual(messages);
  });
});

describe("the credentials LiteLLM's users have set", () => {
  it.each([
    ["mistral/m", "MISTRAL_API_KEY"],
    ["together_ai/m", "TOGETHERAI_API_KEY"],
    ["groq/m", "GROQ_API_KEY"],
    ["fireworks_ai/m", "FIREWORKS_AI_API_KEY"],
    ["perplexity/m", "PERPLEXITYAI_API_KEY"],
    ["deepseek/m", "DEEPSEEK_API_KEY"],
    ["xai/m", "XAI_API_KEY"],
    ["cerebras/m", "CEREBRAS_API_KEY"],
    ["openrouter/m", "OPENROUTER_API_KEY"],
    ["cloudflare/m", "CLOUDFLARE_API_KEY"],
    ["ollama/m", "OLLAMA_API_KEY"],
    ["ollama_chat/m", "OLLAMA_API_KEY"],
    ["hosted_vllm/m", "HOSTED_VLLM_API_KEY"],
    ["huggingface/m", "HUGGINGFACE_API_KEY"],
    ["nvidia_nim/m", "NVIDIA_NIM_API_KEY"],
    ["cohere/m", "COHERE_API_KEY"],
    ["cohere_chat/m", "COHERE_API_KEY"],
  ])("%s takes %s", (model, variable) => {
    expect(configuredFrom({ model }, { [variable]: "k" }).connection.api_key).toBe("k");
  });

  it("and the addresses", () => {
    expect(
      configuredFrom({ model: "cloudflare/m" }, { CLOUDFLARE_ACCOUNT_ID: "acc" }).connection,
    ).toEqual({ account_id: "acc" });
    expect(
      configuredFrom({ model: "ollama_chat/m" }, { OLLAMA_API_BASE: "http://gpu" }).connection,
    ).toEqual({
      api_base: "http://gpu",
    });
  });
});
