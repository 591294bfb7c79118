import { describe, expect, it } from "vitest";
import { deploymentOf, load, loaded, problemsOf, warningsOf } from "./sample.ts";

describe("model names", () => {
  const cases: [string, string, string, string?][] = [
    ["bedrock/us.anthropic.claude-opus-5-5", "bedrock", "us.anthropic.claude-opus-5-5"],
    ["bedrock/converse/anthropic.claude-opus-5-5", "bedrock", "anthropic.claude-opus-5-5"],
    [
      "bedrock/invoke/us-west-2/anthropic.claude-opus-5-5",
      "bedrock",
      "anthropic.claude-opus-5-5",
      "us-west-2",
    ],
    [
      "bedrock/us-gov-west-1/anthropic.claude-opus-5-5",
      "bedrock",
      "anthropic.claude-opus-5-5",
      "us-gov-west-1",
    ],
    ["vertex_ai/claude-sonnet-4-5@20250929", "vertex_ai", "claude-sonnet-4-5@20250929"],
    ["azure/my-o3", "azure", "my-o3"],
    ["azure/o_series/my-o3", "azure", "my-o3"],
    ["azure/responses/my-gpt", "azure", "my-gpt"],
    ["openai/responses/gpt-5", "openai", "gpt-5"],
    ["gpt-4o", "openai", "gpt-4o"],
    ["o3-mini", "openai", "o3-mini"],
    ["claude-opus-5-5", "anthropic", "claude-opus-5-5"],
    ["hosted_vllm/meta/llama-3", "hosted_vllm", "meta/llama-3"],
    ["demo/demo", "demo", "demo"],
  ];
  it.each(cases)("reads %s", (model, provider, id, region) => {
    const deployment = deploymentOf({ model });
    expect(deployment).toMatchObject({ provider, model: id, baseModel: id });
    expect(deployment.connection.aws_region_name).toBe(region);
  });

  it("remembers the grammar a name asks for", () => {
    expect(deploymentOf({ model: "openai/responses/gpt-5" }).route).toBe("responses");
    expect(deploymentOf({ model: "openai/gpt-5" }).route).toBeUndefined();
  });

  it("keeps an ARN whole, percent-encoded or not, and takes its region", () => {
    const arn = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc";
    for (const written of [arn, arn.replaceAll(":", "%3A").replaceAll("/", "%2F")]) {
      expect(deploymentOf({ model: `bedrock/${written}` })).toMatchObject({
        model: arn,
        connection: { aws_region_name: "eu-west-1" },
      });
    }
  });

  it("prices a private name by its base model", () => {
    const arn = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc";
    const info = { base_model: "eu.anthropic.claude-haiku-4-5-20251001-v1:0" };
    const deployment = deploymentOf({ model: `bedrock/${arn}` }, {}, info);
    expect(deployment).toMatchObject({
      model: arn,
      baseModel: info.base_model,
      price: { inputPico: 1_100_000 },
    });
  });

  it("takes the provider from custom_llm_provider", () => {
    expect(deploymentOf({ model: "my/model", custom_llm_provider: "openai" })).toMatchObject({
      provider: "openai",
      model: "my/model",
    });
  });
});

describe("parameters", () => {
  it("are read in LiteLLM's units", () => {
    const params = {
      model: "openai/gpt-4o",
      rpm: 60,
      tpm: "1000",
      weight: 2.5,
      order: 1,
      timeout: 30,
      stream_timeout: 0.5,
      num_retries: 0,
      tags: ["prod"],
      drop_params: true,
    };
    expect(deploymentOf(params, {}, { access_groups: ["beta"], note: 1 })).toMatchObject({
      rpm: 60,
      tpm: 1_000,
      weight: 2.5,
      order: 1,
      timeoutMs: 30_000,
      streamTimeoutMs: 500,
      maxRetries: 0,
      tags: ["prod"],
      accessGroups: ["beta"],
      dropParams: true,
      modelInfo: { access_groups: ["beta"], note: 1 },
    });
  });

  it("that are absent come last in order and inherit drop_params", () => {
    const entry = { model_name: "m", litellm_params: { model: "demo/demo" } };
    const [deployment] = loaded({
      model_list: [entry],
      litellm_settings: { drop_params: true },
    }).deployments;
    expect(deployment?.dropParams).toBe(true);
    expect(deployment?.order).toBeGreaterThan(1_000);
  });
});

describe("ids", () => {
  const id = (params: Record<string, unknown>, environment = {}) =>
    deploymentOf(params, environment).id;
  const params = { model: "openai/gpt-4o", api_key: "os.environ/KEY", rpm: 1 };

  it("are stable under reordering, and differ between entries", () => {
    expect(id({ rpm: 1, api_key: "os.environ/KEY", model: "openai/gpt-4o" })).toBe(id(params));
    expect(id({ ...params, rpm: 2 })).not.toBe(id(params));
    expect(id({ ...params, api_key: "os.environ/OTHER" })).not.toBe(id(params));
    expect(id(params)).toMatch(/^[0-9a-f]{14}$/);
  });

  it("do not depend on any secret, resolved or written", () => {
    expect(id(params, { KEY: "one" })).toBe(id(params, { KEY: "two" }));
    expect(id({ model: "openai/gpt-4o", api_key: "one" })).toBe(
      id({ model: "openai/gpt-4o", api_key: "two" }),
    );
    const vertex = (key: string) =>
      id({ model: "vertex_ai/gemini-2.5-pro", vertex_credentials: { private_key: key } });
    expect(vertex("one")).toBe(vertex("two"));
  });

  it("are the operator's own where stated, and tell twins apart", () => {
    expect(deploymentOf(params, {}, { id: "mine" }).id).toBe("mine");
    const entry = { model_name: "m", litellm_params: params };
    const ids = loaded({ model_list: [entry, entry] }).deployments.map((one) => one.id);
    expect(new Set(ids).size).toBe(2);
  });
});

describe("references", () => {
  it("are resolved from the environment, then from environment_variables", () => {
    const raw = {
      environment_variables: { KEY: "from-file", BASE: "https://file", OTHER: "os.environ/SHELL" },
      model_list: [
        {
          model_name: "m",
          litellm_params: {
            model: "openai/gpt-4o",
            api_key: "os.environ/KEY",
            api_base: "os.environ/BASE",
            organization: "os.environ/OTHER",
          },
        },
      ],
    };
    const config = loaded(raw, { KEY: "from-shell", SHELL: "org" });
    expect(config.deployments[0]?.connection).toEqual({
      api_key: "from-shell",
      api_base: "https://file",
      organization: "org",
    });
    expect(config.environment).toEqual({ KEY: "from-file", BASE: "https://file", OTHER: "org" });
  });

  it("whose variable is unset or empty are absent, remembered, and not filled from elsewhere", () => {
    const params = { model: "openai/gpt-4o", api_key: "os.environ/MY_KEY", api_base: "" };
    const deployment = deploymentOf(params, { MY_KEY: "", OPENAI_API_KEY: "other" });
    expect(deployment.connection).toEqual({});
    expect(deployment.unresolved).toEqual({ api_key: "MY_KEY" });
  });

  it("say which variable the model's name is waiting for", () => {
    const raw = {
      model_list: [{ model_name: "m", litellm_params: { model: "os.environ/MODEL" } }],
    };
    expect(problemsOf(raw)).toEqual([
      "model_list[0].litellm_params.model: refers to the variable MODEL, which is not set",
    ]);
    expect(loaded(raw, { MODEL: "demo/demo" }).deployments[0]?.provider).toBe("demo");
  });
});

describe("defaults from the environment", () => {
  it("are LiteLLM's", () => {
    expect(deploymentOf({ model: "openai/gpt-4o" }, { OPENAI_API_KEY: "k" }).connection).toEqual({
      api_key: "k",
    });
    expect(
      deploymentOf({ model: "claude-opus-5-5" }, { ANTHROPIC_API_KEY: "k" }).connection,
    ).toEqual({ api_key: "k" });
    const azure = {
      AZURE_OPENAI_API_KEY: "k",
      AZURE_API_BASE: "https://b",
      AZURE_API_VERSION: "v",
    };
    expect(deploymentOf({ model: "azure/o3" }, azure).connection).toEqual({
      api_key: "k",
      api_base: "https://b",
      api_version: "v",
    });
    const google = {
      VERTEXAI_PROJECT: "p",
      VERTEXAI_LOCATION: "global",
      GOOGLE_APPLICATION_CREDENTIALS_JSON: '{"a":1}',
    };
    expect(deploymentOf({ model: "vertex_ai/gemini-2.5-pro" }, google).connection).toEqual({
      vertex_project: "p",
      vertex_location: "global",
      vertex_credentials: '{"a":1}',
    });
    const studio = { model: "gemini/gemini-2.5-pro" };
    const keys = { GOOGLE_API_KEY: "second", GEMINI_API_KEY: "first" };
    expect(deploymentOf(studio, keys).connection).toEqual({ api_key: "first" });
    expect(deploymentOf(studio, { GOOGLE_API_KEY: "k" }).connection).toEqual({ api_key: "k" });
  });

  it("yield to what the entry says", () => {
    const params = { model: "openai/gpt-4o", api_key: "mine", api_base: "https://mine" };
    const environment = { OPENAI_API_KEY: "k", OPENAI_API_BASE: "https://b" };
    expect(deploymentOf(params, environment).connection).toEqual({
      api_key: "mine",
      api_base: "https://mine",
    });
  });

  it("never lend OpenAI's key to a server that only speaks its grammar", () => {
    const params = { model: "openai_like/x", api_base: "https://elsewhere" };
    expect(deploymentOf(params, { OPENAI_API_KEY: "k" }).connection).toEqual({
      api_base: "https://elsewhere",
    });
  });
});

describe("AWS credentials", () => {
  const model = "bedrock/us.anthropic.claude-opus-5-5";
  const environment = {
    AWS_ACCESS_KEY_ID: "id",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "session",
    AWS_REGION: "us-east-1",
  };

  it("come from the environment, with the region", () => {
    expect(deploymentOf({ model }, environment).connection).toEqual({
      aws_region_name: "us-east-1",
      aws_access_key_id: "id",
      aws_secret_access_key: "secret",
      aws_session_token: "session",
    });
  });

  it("are one identity: never half the entry's and half the environment's", () => {
    const own = { model, aws_access_key_id: "mine", aws_secret_access_key: "os.environ/MISSING" };
    expect(deploymentOf(own, environment).connection).toEqual({
      aws_region_name: "us-east-1",
      aws_access_key_id: "mine",
    });
  });

  it("may be one bearer token, as api_key or in the environment", () => {
    const bearer = { AWS_BEARER_TOKEN_BEDROCK: "ABSK", ...environment };
    expect(deploymentOf({ model }, bearer).connection).toEqual({
      aws_bearer_token: "ABSK",
      aws_region_name: "us-east-1",
    });
    expect(deploymentOf({ model, api_key: "mine" }, bearer).connection).toMatchObject({
      aws_bearer_token: "mine",
    });
  });

  it("take the region of the entry, then of the name, then of the environment", () => {
    const named = "bedrock/eu-west-1/anthropic.claude-opus-5-5";
    const region = (params: Record<string, unknown>) =>
      deploymentOf(params, environment).connection.aws_region_name;
    expect(region({ model: named, aws_region_name: "ap-northeast-1" })).toBe("ap-northeast-1");
    expect(region({ model: named })).toBe("eu-west-1");
    expect(region({ model })).toBe("us-east-1");
  });
});

describe("service accounts", () => {
  const model = "vertex_ai/gemini-2.5-pro";

  it("may be JSON text or YAML, with references inside", () => {
    const account = { client_email: "a@b", private_key: "os.environ/PRIVATE_KEY" };
    const { connection } = deploymentOf(
      { model, vertex_credentials: account },
      { PRIVATE_KEY: "pem" },
    );
    expect(JSON.parse(connection.vertex_credentials ?? "")).toEqual({
      client_email: "a@b",
      private_key: "pem",
    });
    const text = deploymentOf({ model, vertex_ai_credentials: '{"a":1}', vertex_ai_project: 42 });
    expect(text.connection).toEqual({ vertex_credentials: '{"a":1}', vertex_project: "42" });
  });

  it("given as a path are left out with a warning", () => {
    const raw = {
      model_list: [
        { model_name: "m", litellm_params: { model, vertex_credentials: "/etc/sa.json" } },
      ],
    };
    expect(load(raw).ok).toBe(true);
    expect(warningsOf(raw).join()).toContain(
      "vertex_credentials: must be the service account's JSON itself",
    );
  });
});

describe("named credentials", () => {
  const credential_list = [
    {
      credential_name: "eu",
      credential_values: { api_key: "os.environ/EU_KEY", api_base: "https://eu" },
    },
  ];
  const raw = (params: Record<string, unknown>) => ({
    credential_list,
    model_list: [{ model_name: "m", litellm_params: { model: "azure/o3", ...params } }],
  });

  it("lend their values to entries that name them, beneath the entry's own", () => {
    const params = { litellm_credential_name: "eu", api_base: "https://mine" };
    const [deployment] = loaded(raw(params), { EU_KEY: "k" }).deployments;
    expect(deployment?.connection).toEqual({ api_key: "k", api_base: "https://mine" });
  });

  it("remember a variable that is not set", () => {
    const [deployment] = loaded(raw({ litellm_credential_name: "eu" })).deployments;
    expect(deployment?.unresolved).toEqual({ api_key: "EU_KEY" });
  });

  it("must exist", () => {
    expect(problemsOf(raw({ litellm_credential_name: "us" }))).toEqual([
      'model_list[0].litellm_params.litellm_credential_name: "us" is not in credential_list',
    ]);
  });
});
