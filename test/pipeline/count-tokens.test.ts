import { describe, expect, it } from "vitest";
import { countTokens } from "../../src/pipeline/count-tokens.ts";
import { rejectionOf } from "../core/thrown.ts";
import { createTestAccount } from "../providers/service-account.fixture.ts";
import { ANTHROPIC, contextIn, gptAt, newKey, vendors, worldWith, type World } from "./world.ts";

const claudes = {
  model_list: ["a", "b"].map((id) =>
    gptAt(id, {
      model: "anthropic/claude-sonnet-4-5",
      api_base: `https://${id}.example`,
      api_key: "sk",
    }),
  ),
};

async function count(
  deps: World,
  body: object,
  models: string[] = [],
  headers: Record<string, string> = {},
) {
  const { key } = await newKey({ models });
  const request = new Request("https://gateway.example/v1/messages/count_tokens", {
    method: "POST",
    headers: { "x-api-key": key, ...headers },
    body: JSON.stringify({ model: "gpt", messages: [{ role: "user", content: "Hi" }], ...body }),
  });
  const response = await countTokens(request, ANTHROPIC, contextIn(deps), deps);
  const answered: { input_tokens: number } = await response.json();
  const isEstimate = response.headers.get("x-sekisho-token-count") === "estimated";
  return { tokens: answered.input_tokens, isEstimate };
}

describe("tokens are counted", () => {
  it("by the vendor where it can", async () => {
    const { fetch, requests } = vendors({ a: () => Response.json({ input_tokens: 42 }) });
    expect(await count(worldWith(claudes, fetch), {})).toEqual({ tokens: 42, isEstimate: false });
    expect(requests[0]?.url).toBe("https://a.example/v1/messages/count_tokens");
  });

  it.each([
    ["refuses", () => Response.json({ error: {} }, { status: 400 })],
    ["is away", () => Promise.reject(new Error("refused"))],
    ["answers nonsense", () => new Response("<html>")],
    ["answers no number", () => Response.json({ input_tokens: "many" })],
  ])("by the next one when the first %s", async (_what, answer) => {
    const { fetch } = vendors({ a: answer, b: () => Response.json({ input_tokens: 7 }) });
    expect(await count(worldWith(claudes, fetch), {})).toEqual({ tokens: 7, isEstimate: false });
  });

  it.each(["2023-06-01", "2026-10-21"])(
    "in the version the caller speaks (%s)",
    async (version) => {
      const { fetch, requests } = vendors({ a: () => Response.json({ input_tokens: 1 }) });
      await count(worldWith(claudes, fetch), {}, [], { "anthropic-version": version });
      expect(requests[0]?.headers.get("anthropic-version")).toBe(version);
    },
  );

  it("with a new token where Google refuses the kept one, and renews it no more than once", async () => {
    let minted = 0;
    let refused = (_token: string): boolean => false;
    const token = () => Response.json({ access_token: `token-${++minted}`, expires_in: 3_600 });
    const vertex = ({ headers }: Request): Response =>
      refused(headers.get("authorization") ?? "")
        ? Response.json({ error: { code: 401 } }, { status: 401 })
        : Response.json({ input_tokens: 5 });
    const { fetch, asked } = vendors({ token, a: vertex });
    const { json } = await createTestAccount();
    const at = { api_base: "https://a.example", vertex_credentials: json };
    const claude = gptAt("a", { model: "vertex_ai/claude-sonnet-4-5@20250929", ...at });
    const deps = worldWith({ model_list: [claude] }, fetch);
    expect(await count(deps, {})).toEqual({ tokens: 5, isEstimate: false });
    refused = (one) => one.endsWith("token-1");
    expect(await count(deps, {})).toEqual({ tokens: 5, isEstimate: false });
    expect(asked).toEqual(["token", "a", "a", "token", "a"]);
    refused = () => true;
    expect((await count(deps, {})).isEstimate).toBe(true);
    expect(asked.slice(5)).toEqual(["a", "token", "a"]);
  });

  it("by an overestimate that says so when nobody can", async () => {
    const body = { messages: [{ role: "user", content: "word ".repeat(300) }] };
    const { tokens, isEstimate } = await count(worldWith({ model_list: [gptAt("a")] }), body);
    expect(isEstimate).toBe(true);
    expect(tokens).toBeGreaterThan(300);
  });
});

describe("tokens are not counted", () => {
  it("for a key that may not use the model", async () => {
    const error = await rejectionOf(count(worldWith(claudes), {}, ["other"]));
    expect(error.code).toBe("model_access_denied");
  });

  it.each([undefined, 5, null])("without a model's name (%j)", async (model) => {
    const error = await rejectionOf(count(worldWith(claudes), { model }));
    expect(error).toMatchObject({ code: "invalid_request", details: { param: "model" } });
  });
});
