import { describe, expect, it } from "vitest";
import { cohere } from "../../src/providers/cohere.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { callOf, deploymentOf, TOOLS } from "./deployment.ts";
import { bytesOf, describeProvider } from "./provider.contract.ts";

const asked = {
  url: "https://api.cohere.com/v2/chat",
  headers: { "content-type": "application/json", authorization: "Bearer co-secret" },
};
const started = { event: "message-start", data: '{"id":"1"}' };

for (const provider of cohere) {
  describeProvider({
    provider,
    deployment: deploymentOf(`${provider.name}/command-a`, { api_key: "co-secret" }),
    required: ["api_key"],
    secrets: ["co-secret"],
    body: '{ "messages": [ {"role":"user","content":"\\u0041"} ], "temperature": 1.0, "stream": false }',
    untouched: [
      '"messages": [ {"role":"user","content":"\\u0041"} ], "temperature": 1.0, "stream": false',
    ],
    whole: asked,
    stream: asked,
    bytes: bytesOf('event: message-start\ndata: {"id":"1"}\n\n'),
    frames: [started],
  });
}

describe("Cohere's addresses", () => {
  const [provider] = cohere;
  const urlFor = async (apiBase: string): Promise<string> => {
    const call = callOf(deploymentOf("cohere/c", { api_base: apiBase }));
    return (await provided(provider).prepare(call, "{}", TOOLS)).url;
  };

  it.each([
    "https://eu.cohere.example",
    "https://eu.cohere.example/",
    "https://eu.cohere.example/v1/chat",
    "https://eu.cohere.example/v2",
    "https://eu.cohere.example/v2/chat",
    "https://eu.cohere.example/compatibility/v1",
  ])("%s is asked in Cohere's own grammar", async (apiBase) => {
    expect(await urlFor(apiBase)).toBe("https://eu.cohere.example/v2/chat");
  });

  it("a server of one's own needs no key, and is sent none", async () => {
    const deployment = deploymentOf("cohere/c", { api_base: "http://gpu" });
    expect(provided(provider).missing(deployment)).toEqual([]);
    const { headers } = await provided(provider).prepare(callOf(deployment), "{}", TOOLS);
    expect(headers).toEqual({ "content-type": "application/json" });
  });

  it("nobody is answered in another grammar", () => {
    const grammar = provided(provider).dialect(deploymentOf("cohere/c"), "openai-chat");
    expect(grammar.name).toBe("cohere-chat");
  });
});

function provided(provider: Provider | undefined): Provider {
  if (provider === undefined) throw new Error("there is no provider");
  return provider;
}
