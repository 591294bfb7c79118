import { describe, expect, it } from "vitest";
import { listModelInfo, modelInfoOf } from "../../src/pipeline/model-info.ts";
import { deploymentOf } from "../providers/deployment.ts";
import { newKey, worldWith } from "./world.ts";

const CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

const deps = worldWith({
  model_list: [
    {
      model_name: "claude",
      litellm_params: {
        model: `bedrock/${CLAUDE}`,
        aws_region_name: "us-east-1",
        aws_access_key_id: "AKIA-of-ours",
        aws_secret_access_key: "secret-of-ours",
        aws_bedrock_runtime_endpoint: "https://inside.example",
        rpm: 60,
      },
      model_info: { id: "one", owner: "platform", upstream_api_key: "secret-of-ours" },
    },
    {
      model_name: "mine",
      litellm_params: {
        model: "openai/llama-3.3",
        api_base: "https://inside.example/v1",
        api_key: "secret-of-ours",
        input_cost_per_token: 3e-6,
        output_cost_per_token: 1.5e-5,
      },
      model_info: { id: "two", max_input_tokens: 8_000, supports_vision: true },
    },
    {
      model_name: "vectors",
      litellm_params: { model: "openai/text-embedding-3-large", api_key: "secret-of-ours" },
    },
    {
      model_name: "unpriced",
      litellm_params: { model: "openai/nobody-knows", api_key: "secret-of-ours" },
    },
  ],
  router_settings: { model_group_alias: { nick: "claude" } },
});

const tell = async (models: string[] = []) => {
  const { key } = await newKey({ models });
  return listModelInfo(new Headers({ authorization: `Bearer ${key}` }), deps);
};

const infoOf = async (name: string) => (await tell()).find((one) => one.model_name === name);

describe("what is told of a deployment", () => {
  it("are its limits, abilities and prices in USD", async () => {
    expect((await infoOf("claude"))?.model_info).toMatchObject({
      id: "one",
      db_model: false,
      key: CLAUDE,
      litellm_provider: "bedrock",
      mode: "chat",
      max_tokens: 64_000,
      max_input_tokens: 200_000,
      max_output_tokens: 64_000,
      supports_vision: true,
      supports_function_calling: true,
      supports_prompt_caching: true,
      supports_reasoning: true,
      input_cost_per_token: 3.3e-6,
      output_cost_per_token: 1.65e-5,
      cache_read_input_token_cost: 3.3e-7,
      cache_creation_input_token_cost: 4.125e-6,
      cache_creation_input_token_cost_above_1hr: 6.6e-6,
      input_cost_per_token_above_200k_tokens: 6.6e-6,
      owner: "platform",
    });
  });

  it("is the public name for its model, which clients call by, aliases too", async () => {
    const all = await tell();
    expect(all.map((one) => one.model_name)).toContain("nick");
    for (const one of all) expect(one.litellm_params["model"]).toBe(one.model_name);
    expect((await infoOf("claude"))?.litellm_params).toMatchObject({
      aws_region_name: "us-east-1",
      custom_llm_provider: "bedrock",
      rpm: 60,
    });
  });

  it("is nothing secret, and no address", async () => {
    const text = JSON.stringify(await tell());
    expect(text).not.toMatch(/of-ours|inside\.example/);
  });

  it("is nothing where nobody knows the model, but what the operator wrote", async () => {
    expect((await infoOf("mine"))?.model_info).toMatchObject({
      max_input_tokens: 8_000,
      max_output_tokens: null,
      supports_vision: true,
      supports_reasoning: null,
      input_cost_per_token: 3e-6,
    });
  });

  it("is no price where there is none", async () => {
    expect((await infoOf("unpriced"))?.model_info["input_cost_per_token"]).toBeNull();
  });

  it("are no abilities to chat for an embedding model", async () => {
    const info = (await infoOf("vectors"))?.model_info;
    expect(info?.["mode"]).toBe("embedding");
    expect(info).not.toHaveProperty("supports_function_calling");
  });

  it.each([
    ["bedrock/us.amazon.nova-pro-v1:0", true],
    ["bedrock/us.amazon.nova-micro-v1:0", false],
    ["bedrock/us.mistral.pixtral-large-2502-v1:0", true],
    ["bedrock/us.meta.llama4-maverick-17b-instruct-v1:0", true],
    ["bedrock/openai.gpt-oss-120b-1:0", false],
    ["gemini/gemini-2.5-pro", true],
  ])("%s sees pictures: %s", (model, expected) => {
    const { model_info: info } = modelInfoOf("name", deploymentOf(model));
    expect(info["supports_vision"]).toBe(expected);
  });
});

it("a key is told of the models it may use only", async () => {
  const names = (await tell(["claude"])).map((one) => one.model_name);
  expect(names).toEqual(["claude", "nick"]);
});
