import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { forwardedDialect, readForwardedEnvelope } from "../../src/dialects/forwarded.ts";
import { answer } from "../../src/pipeline/answer.ts";
import type { ChatRoute } from "../../src/pipeline/call.ts";
import { FORWARDS } from "../../src/pipeline/forward.ts";
import { readFormBody } from "../../src/pipeline/forward-form.ts";
import type { Operation } from "../../src/providers/endpoint.ts";
import { contextIn, MASTER_KEY, worldWith } from "./world.ts";

const body = (value: JsonObject, form?: FormData) => ({ text: "", value, form });

describe("the most a call can come to", () => {
  it("is the pictures, the characters and the searches it asks for", () => {
    expect(FORWARDS.images.unitsMax(body({ n: 3 }))).toBe(3);
    expect(FORWARDS.images.unitsMax(body({}))).toBe(1);
    expect(FORWARDS.speech.unitsMax(body({ input: "é😀" }))).toBe(2);
    expect(FORWARDS.rerank.unitsMax(body({ query: "q", documents: ["a", "b"] }))).toBe(1);
  });

  it("counts a search for every hundred pieces, and a long document as several", () => {
    const short = Array.from({ length: 101 }, () => "a");
    expect(FORWARDS.rerank.unitsMax(body({ query: "q", documents: short }))).toBe(2);
    const long = [{ text: "a".repeat(500 * 150) }];
    expect(FORWARDS.rerank.unitsMax(body({ query: "q", documents: long }))).toBe(2);
  });

  it("is the longest recording that a file can hold", () => {
    const form = new FormData();
    form.append("file", new File([new Uint8Array(25_600)], "a.ogg"));
    form.append("language", "ja");
    expect(FORWARDS.transcriptions.unitsMax(body({}, form))).toBe(100);
    expect(FORWARDS.transcriptions.soundBytes(body({}, form))).toBe(25_600);
  });
});

describe("a form", () => {
  const request = (form: FormData | string, headers: Record<string, string> = {}) =>
    new Request("https://gateway.example/v1/audio/transcriptions", {
      method: "POST",
      body: form,
      headers,
    });

  it("is read with its file", async () => {
    const form = new FormData();
    form.append("file", new File(["abc"], "a.mp3"));
    form.append("model", "m");
    const read = await readFormBody(request(form), 10_000);
    expect(read.value).toEqual({ model: "m" });
    expect(read.form?.get("file")).toMatchObject({ size: 3 });
  });

  it("is refused when it is too large, or none", async () => {
    const form = new FormData();
    form.append("file", new File([new Uint8Array(20_000)], "a.mp3"));
    await expect(readFormBody(request(form), 10_000)).rejects.toMatchObject({
      code: "request_too_large",
    });
    const json = request("{}", { "content-type": "application/json" });
    await expect(readFormBody(json, 10_000)).rejects.toMatchObject({ code: "invalid_request" });
  });
});

function routeTo(operation: Operation): ChatRoute {
  const shape = { required: ["input"], outputTokensMax: 0 };
  const dialect = forwardedDialect((value, target) => readForwardedEnvelope(value, shape, target));
  return {
    path: "/v1/x",
    callType: "aembedding",
    dialect,
    target: {},
    forward: FORWARDS[operation],
  };
}

const TITAN = {
  model: "bedrock/amazon.titan-embed-text-v2:0",
  aws_region_name: "us-east-1",
  api_key: "b",
  input_cost_per_token: 1e-6,
};

describe("a call that takes many requests", () => {
  const config = {
    model_list: [{ model_name: "titan", litellm_params: TITAN, model_info: { mode: "embedding" } }],
    router_settings: { num_retries: 0 },
  };
  const ask = async (fetch: (request: Request) => Promise<Response>, texts: number) => {
    const deps = worldWith(config, fetch);
    const input = Array.from({ length: texts }, (_, index) => `text ${index}`);
    const request = new Request("https://gateway.example/v1/embeddings", {
      method: "POST",
      headers: { authorization: `Bearer ${MASTER_KEY}` },
      body: JSON.stringify({ model: "titan", input }),
    });
    const context = contextIn(deps);
    try {
      return await answer(request, routeTo("embeddings"), context, deps);
    } finally {
      await context.done();
    }
  };
  const embedded = () => Response.json({ embedding: [1], inputTextTokenCount: 1 });

  it("never has more than six of them open", async () => {
    let open = 0;
    let most = 0;
    const response = await ask(async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 1));
      open -= 1;
      return embedded();
    }, 20);
    expect(response.status).toBe(200);
    expect(most).toBe(6);
  });

  it("fails as a whole when one of them does, and asks for no more", async () => {
    let asked = 0;
    const refused = ask(async () => {
      asked += 1;
      return asked === 3
        ? Response.json({ message: "Too many requests" }, { status: 429 })
        : embedded();
    }, 20);
    await expect(refused).rejects.toMatchObject({ code: "upstream_rate_limited" });
    expect(asked).toBe(6);
  });

  it.each([
    ["is no JSON", () => new Response("<html>")],
    ["has no vector", () => Response.json({})],
  ])("fails when an answer %s", async (_what, respond) => {
    await expect(ask(async () => respond(), 1)).rejects.toMatchObject({ code: "upstream_error" });
  });

  it("fails when the answer is cut", async () => {
    const cut = () =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"embedding":['));
          controller.error(new Error("cut"));
        },
      });
    await expect(ask(async () => new Response(cut()), 1)).rejects.toMatchObject({
      code: "upstream_error",
    });
  });
});
