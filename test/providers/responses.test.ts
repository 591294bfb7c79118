import { describe, expect, it } from "vitest";
import type { Connection, Deployment } from "../../src/core/config/deployment.ts";
import type { DialectName } from "../../src/dialects/dialect.ts";
import { azure } from "../../src/providers/azure.ts";
import { openai } from "../../src/providers/openai.ts";
import { adapted, callOf, deploymentOf, TOOLS } from "./deployment.ts";

const RESPONSES = { dialect: "openai-responses" } as const;
const LOCAL = { api_base: "http://127.0.0.1:1/v1" };

describe("the grammar of OpenAI's models", () => {
  it.each<[string, Connection, DialectName, DialectName]>([
    ["openai/gpt-5", {}, "openai-responses", "openai-responses"],
    ["openai/gpt-5", {}, "openai-chat", "openai-chat"],
    ["openai/gpt-5", {}, "anthropic-messages", "openai-chat"],
    ["openai/gpt-4.1", LOCAL, "openai-responses", "openai-responses"],
    ["openai/ft:gpt-4o:acme::1", LOCAL, "openai-responses", "openai-responses"],
    ["openai/o3", LOCAL, "openai-responses", "openai-responses"],
    // Servers of open models bear the same name, and know Chat Completions only.
    ["openai/llama-3.3-70b", LOCAL, "openai-responses", "openai-chat"],
    ["openai/gpt-oss-120b", LOCAL, "openai-responses", "openai-chat"],
  ])("%s at %j is asked by a caller of %s in %s", (name, connection, caller, spoken) => {
    expect(openai.dialect(deploymentOf(name, connection), caller).name).toBe(spoken);
  });

  it.each([
    "gpt-5-codex",
    "codex-mini-latest",
    "o1-pro-2025-03-19",
    "gpt-5.2-pro",
    "o3-deep-research",
  ])("is Responses for every caller of %s, which knows no other", (model) => {
    const deployment = deploymentOf("azure/mine", LOCAL, { baseModel: `azure/${model}` });
    expect(azure.dialect(deployment, "openai-chat").name).toBe("openai-responses");
    const own = deploymentOf(`openai/${model}`);
    expect(openai.dialect(own, "anthropic-messages").name).toBe("openai-responses");
  });

  it("is Responses for every caller where the configuration says so", () => {
    for (const [provider, name] of [
      [openai, "openai/llama"],
      [azure, "azure/my-gpt"],
    ] as const) {
      const deployment = deploymentOf(name, LOCAL, { route: "responses" });
      expect(provider.dialect(deployment, "anthropic-messages").name).toBe("openai-responses");
    }
  });

  it("is the caller's on Azure, whatever the deployment is called", () => {
    const deployment = deploymentOf("azure/my-gpt", LOCAL);
    expect(azure.dialect(deployment, "openai-responses").name).toBe("openai-responses");
    expect(azure.dialect(deployment, "gemini").name).toBe("openai-chat");
  });
});

describe("OpenAI's address for Responses", () => {
  it.each([
    [{}, "https://api.openai.com/v1/responses"],
    [LOCAL, "http://127.0.0.1:1/v1/responses"],
    [{ api_base: "http://127.0.0.1:1/v1/responses" }, "http://127.0.0.1:1/v1/responses"],
    [{ api_base: "http://127.0.0.1:1/v1/chat/completions/" }, "http://127.0.0.1:1/v1/responses"],
  ])("%j", async (connection, url) => {
    const call = callOf(deploymentOf("openai/gpt-5", { api_key: "k", ...connection }), RESPONSES);
    expect(await openai.prepare(call, "{}", TOOLS)).toEqual({
      url,
      headers: { "content-type": "application/json", authorization: "Bearer k" },
      body: "{}",
    });
  });
});

const RESOURCE = "https://r.openai.azure.com";

describe("Azure's address for Responses", () => {
  it.each<[Connection, string, string]>([
    [{ api_base: RESOURCE, api_version: "2024-10-21" }, "/openai/v1/responses", "my-o3"],
    [{ api_base: `${RESOURCE}/openai/` }, "/openai/v1/responses", "my-o3"],
    [{ api_base: `${RESOURCE}/openai/v1` }, "/openai/v1/responses", "my-o3"],
    [
      { api_base: RESOURCE, api_version: "preview" },
      "/openai/v1/responses?api-version=preview",
      "my-o3",
    ],
    [
      {
        api_base: `${RESOURCE}/openai/deployments/o3%20eu/chat/completions?api-version=2025-04-01-preview`,
      },
      "/openai/v1/responses",
      "o3 eu",
    ],
    [
      { api_base: `${RESOURCE}/openai/responses?api-version=2025-04-01-preview` },
      "/openai/v1/responses",
      "my-o3",
    ],
  ])("%j", async (connection, path, model) => {
    const call = callOf(deploymentOf("azure/my-o3", { api_key: "k", ...connection }), RESPONSES);
    expect((await azure.prepare(call, "{}", TOOLS)).url).toBe(RESOURCE + path);
    expect(adapted("{}", (body) => azure.adaptBody(body, call)).json.model).toBe(model);
  });
});

describe("a kept answer's address", () => {
  it("is OpenAI's own, with its organization", () => {
    const deployment = deploymentOf("openai/gpt-5", { api_key: "k", organization: "o" });
    expect(openai.responses?.address(deployment, "/resp_1/input_items")).toEqual({
      url: "https://api.openai.com/v1/responses/resp_1/input_items",
      headers: { authorization: "Bearer k", "openai-organization": "o" },
    });
    expect(openai.responses?.account(deployment)).toEqual(["https://api.openai.com/v1", "o"]);
  });

  it("is on Azure's v1 surface, before the version", () => {
    const connection = { api_key: "k", api_base: RESOURCE, api_version: "preview" };
    const deployment = deploymentOf("azure/my-o3", connection);
    expect(azure.responses?.address(deployment, "/resp_1")).toEqual({
      url: `${RESOURCE}/openai/v1/responses/resp_1?api-version=preview`,
      headers: { "api-key": "k" },
    });
    expect(azure.responses?.account(deployment)).toEqual([RESOURCE]);
  });
});

describe("a body for Responses", () => {
  const thinking = deploymentOf("openai/gpt-5");
  const adapt = (body: string, deployment: Deployment = thinking) =>
    adapted(body, (patch) =>
      openai.adaptBody(patch, callOf(deployment, { ...RESPONSES, stream: true })),
    ).text;

  it("keeps every byte but the model's name, and gets no options it does not know", () => {
    expect(adapt('{"model":"team", "input":"\\u0041", "temperature": 1.0,"stream":true}')).toBe(
      '{"model":"gpt-5", "input":"\\u0041", "temperature": 1.0,"stream":true}',
    );
  });

  it("keeps what clients tell the gateway itself from the vendor", () => {
    expect(adapt('{"model":"m","tags":["a"],"metadata":{"tags":["a"]}}')).toBe('{"model":"gpt-5"}');
    expect(adapt('{"model":"m","metadata":{"a":"b"}}')).toContain('"metadata":{"a":"b"}');
  });

  it("has only thoughts OpenAI can know", () => {
    const own = '{"type":"reasoning","id":"rs_0a","summary":[],"encrypted_content":"gAAAA"}';
    const foreign = `{"type":"reasoning","id":"rs_skx_0","summary":[],"encrypted_content":"${btoa("sk1.anthropic.signature.c2ln")}"}`;
    const unproven = '{"type":"reasoning","id":"rs_skx_1","summary":[]}';
    const stored = '{"type":"reasoning","id":"rs_0b","summary":[]}';
    expect(adapt(`{"model":"m","input":[${own},${foreign},${unproven},${stored}]}`)).toBe(
      `{"model":"gpt-5","input":[${own},${stored}]}`,
    );
  });

  it("asks no model for encrypted thoughts that has none", () => {
    const body =
      '{"model":"m","include":["reasoning.encrypted_content","web_search_call.results"]}';
    expect(adapt(body)).toContain("reasoning.encrypted_content");
    expect(adapt(body, deploymentOf("openai/gpt-4.1"))).toBe(
      '{"model":"gpt-4.1","include":["web_search_call.results"]}',
    );
    const only = '{"model":"m","include":["reasoning.encrypted_content"]}';
    expect(adapt(only, deploymentOf("openai/gpt-4.1"))).toBe('{"model":"gpt-4.1"}');
  });

  it("tells Azure nothing of Codex itself", () => {
    const call = callOf(deploymentOf("azure/o3", { api_base: RESOURCE }), RESPONSES);
    const body = '{"input":"a","client_metadata":{"a":"b"}}';
    expect(adapted(body, (patch) => azure.adaptBody(patch, call)).text).toBe(
      '{"input":"a","model":"o3"}',
    );
  });
});
