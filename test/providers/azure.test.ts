import { describe, expect, it } from "vitest";
import type { Connection } from "../../src/core/config/deployment.ts";
import { azure } from "../../src/providers/azure.ts";
import { adapted, callOf, deploymentOf, TOOLS } from "./deployment.ts";
import { bytesOf, describeProvider } from "./provider.contract.ts";

const RESOURCE = "https://r.openai.azure.com";
const address = {
  url: `${RESOURCE}/openai/deployments/my-o3/chat/completions?api-version=2024-10-21`,
  headers: { "content-type": "application/json", "api-key": "azure-secret" },
};

describeProvider({
  provider: azure,
  deployment: deploymentOf("azure/my-o3", {
    api_base: RESOURCE,
    api_key: "azure-secret",
    api_version: "2024-10-21",
  }),
  required: ["api_base", "api_key"],
  secrets: ["azure-secret"],
  body: '{ "messages": [ {"role":"user","content":"\\u0041"} ], "seed": 1.0 }',
  untouched: ['"messages": [ {"role":"user","content":"\\u0041"} ], "seed": 1.0'],
  whole: address,
  stream: address,
  bytes: bytesOf('data: {"choices":[],"prompt_filter_results":[]}\n\ndata: [DONE]\n\n'),
  frames: [{ data: '{"choices":[],"prompt_filter_results":[]}' }, { data: "[DONE]" }],
});

const DEPLOYMENT = `${RESOURCE}/openai/deployments/o3`;

describe("Azure's addresses", () => {
  it.each<[Connection, string]>([
    [
      { api_base: `${RESOURCE}/` },
      `${RESOURCE}/openai/deployments/my-o3/chat/completions?api-version=2025-02-01-preview`,
    ],
    [
      { api_base: `${RESOURCE}/openai` },
      `${RESOURCE}/openai/deployments/my-o3/chat/completions?api-version=2025-02-01-preview`,
    ],
    [
      { api_base: `${DEPLOYMENT}/`, api_version: "2024-10-21" },
      `${DEPLOYMENT}/chat/completions?api-version=2024-10-21`,
    ],
    [
      {
        api_base: `${DEPLOYMENT}/chat/completions?api-version=2025-04-01-preview`,
        api_version: "2024-10-21",
      },
      `${DEPLOYMENT}/chat/completions?api-version=2025-04-01-preview`,
    ],
    [{ api_base: `${RESOURCE}/openai/v1` }, `${RESOURCE}/openai/v1/chat/completions`],
    [
      { api_base: `${RESOURCE}/openai/v1/`, api_version: "2024-10-21" },
      `${RESOURCE}/openai/v1/chat/completions`,
    ],
    [
      { api_base: `${RESOURCE}/openai/v1?api-version=preview` },
      `${RESOURCE}/openai/v1/chat/completions?api-version=preview`,
    ],
    [
      { api_base: RESOURCE, api_version: "preview" },
      `${RESOURCE}/openai/v1/chat/completions?api-version=preview`,
    ],
    [
      { api_base: "http://127.0.0.1:1/azure", api_version: "2024-10-21" },
      "http://127.0.0.1:1/azure/openai/deployments/my-o3/chat/completions?api-version=2024-10-21",
    ],
  ])("%j", async (connection, expected) => {
    const deployment = deploymentOf("azure/my-o3", { api_key: "k", ...connection });
    expect((await azure.prepare(callOf(deployment), "{}", TOOLS)).url).toBe(expected);
  });

  it("leave LiteLLM's series out of the deployment's name", async () => {
    const deployment = deploymentOf("azure/o_series/my-o3", { api_key: "k", api_base: RESOURCE });
    expect((await azure.prepare(callOf(deployment), "{}", TOOLS)).url).toContain(
      "/deployments/my-o3/",
    );
  });
});

describe("a body for Azure", () => {
  const adapt = (apiBase: string) =>
    adapted('{"model":"team","messages":[]}', (body) =>
      azure.adaptBody(body, callOf(deploymentOf("azure/my-o3", { api_base: apiBase }))),
    ).text;

  it("names no model where the path names the deployment", () => {
    expect(adapt(RESOURCE)).toBe('{"messages":[]}');
  });

  it("names the deployment as its model on the v1 surface", () => {
    expect(adapt(`${RESOURCE}/openai/v1`)).toBe('{"model":"my-o3","messages":[]}');
  });
});

describe("Azure's credentials", () => {
  it("may be an Entra token instead of a key", async () => {
    const deployment = deploymentOf("azure/my-o3", { api_base: RESOURCE, azure_ad_token: "eyJ" });
    expect(azure.missing(deployment)).toEqual([]);
    expect((await azure.prepare(callOf(deployment), "{}", TOOLS)).headers).toEqual({
      "content-type": "application/json",
      authorization: "Bearer eyJ",
    });
  });
});
