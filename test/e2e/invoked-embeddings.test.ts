import { InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asArray, asObject, parseJson, type JsonObject } from "../upstream/json.ts";
import { vectorOf } from "../upstream/embeddings.ts";
import { bedrockClient } from "./bedrock-client.ts";
import { endpointModels, NANO_PER_TOKEN, tokensOf } from "./endpoint-models.ts";
import { startWorld, type World } from "./world.ts";

/** Embeddings as boto3's users ask for them. */
let world: World;

beforeAll(async () => {
  world = await startWorld({ models: endpointModels });
});
afterAll(() => world.stop());
beforeEach(() => world.upstream.reset());

const TEXTS = ["The first text", "日本語の文章", "A third one, somewhat longer than the others"];

describe("InvokeModel with a body of an embedding model", () => {
  const invoke = async (
    key: string,
    modelId: string,
    body: JsonObject,
  ): Promise<{ answer: JsonObject; headers: Headers }> => {
    const client = bedrockClient(world.gateway.url, { token: key });
    let headers = new Headers();
    client.middlewareStack.add(
      (next) => async (input) => {
        const result = await next(input);
        headers = new Headers(asObject(result.response)["headers"] as Record<string, string>);
        return result;
      },
      { step: "deserialize" },
    );
    const sent = await client.send(new InvokeModelCommand({ modelId, body: JSON.stringify(body) }));
    return { answer: asObject(parseJson(new TextDecoder().decode(sent.body))), headers };
  };

  test("Titan's goes through as it is and is charged", async () => {
    const key = await world.gateway.createKey();
    const body = { inputText: "Just one", dimensions: 256, normalize: true };
    const { answer } = await invoke(key, "titan-v2", body);
    expect(answer).toMatchObject({
      embedding: vectorOf("Just one", 256),
      inputTextTokenCount: tokensOf(["Just one"]),
    });
    expect(world.upstream.requests[0]?.body).toEqual(body);
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({
      call_type: "aembedding",
      status: "success",
      input_tokens: tokensOf(["Just one"]),
      cost_nano_usd: tokensOf(["Just one"]) * NANO_PER_TOKEN,
    });
  });

  test("Cohere's too, whose count is in a header and stays there", async () => {
    const key = await world.gateway.createKey();
    const body = { texts: TEXTS, input_type: "clustering", embedding_types: ["float"] };
    const { answer, headers } = await invoke(key, "bedrock-cohere", body);
    expect(asArray(asObject(answer["embeddings"])["float"])).toHaveLength(TEXTS.length);
    expect(headers.get("x-amzn-bedrock-input-token-count")).toBe(String(tokensOf(TEXTS)));
    const [row] = await world.rows(key, 1);
    expect(row?.cost_nano_usd).toBe(tokensOf(TEXTS) * NANO_PER_TOKEN);
  });

  test("is refused in AWS's words where the model is elsewhere, or makes no vectors", async () => {
    const key = await world.gateway.createKey();
    const body = { inputText: "x" };
    for (const [model, said] of [
      ["openai-3-large", "not on Bedrock"],
      ["bedrock-claude", "makes no embeddings"],
      ["bedrock-nova", "makes no embeddings"],
    ] as const) {
      const asking = invoke(key, model, body);
      await expect(asking).rejects.toMatchObject({ name: "ValidationException" });
      await expect(asking).rejects.toThrow(said);
    }
    const picture = { inputText: "x", inputImage: "AA==" };
    await expect(invoke(key, "titan-v2", picture)).rejects.toThrow("inputImage");
    expect(world.upstream.requests).toEqual([]);
  });

  test("holds a budget, and passes the vendor's own complaint on", async () => {
    const poor = await world.gateway.createKey({ max_budget: 0.000001 });
    const long = { inputText: "a".repeat(40_000) };
    await expect(invoke(poor, "titan-v2", long)).rejects.toThrow(/budget/i);
    const key = await world.gateway.createKey();
    await expect(invoke(key, "titan-v2", { inputText: "x", dimensions: 3 })).rejects.toThrow(
      "3 is not a valid",
    );
  });
});
