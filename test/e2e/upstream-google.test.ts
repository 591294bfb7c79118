import { generateKeyPairSync } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { asArray, asObject, parseJson } from "../upstream/json.ts";
import type { JsonObject } from "../upstream/json.ts";
import { startUpstream } from "../upstream/upstream.ts";
import type { Upstream } from "../upstream/upstream.ts";
import {
  accessToken,
  claudeText,
  createCaller,
  errorOf,
  eventsOf,
  exchangeToken,
  objectOf,
} from "./upstream-client.ts";
import type { Caller, GeminiOptions } from "./upstream-client.ts";

let now = new Date();
let upstream: Upstream;
let call: Caller;
let token: string;
beforeAll(async () => {
  upstream = await startUpstream({ now: () => now });
  call = createCaller(upstream);
  token = await accessToken(upstream);
  upstream.reset();
});
afterEach(() => {
  now = new Date();
  upstream.reset();
});
afterAll(() => upstream.stop());

describe("Google's token endpoint", () => {
  it("takes the account's signature and counts what it issues", async () => {
    const response = await exchangeToken(upstream);
    const issued = await objectOf(response);
    expect(issued["access_token"]).toMatch(/^ya29\./u);
    expect(issued).toMatchObject({
      expires_in: 3600,
      token_type: "Bearer",
    });
    expect(upstream.tokens.mints).toBe(1);
    const account = asObject(parseJson(upstream.serviceAccountJson));
    expect(account).toMatchObject({ type: "service_account", token_uri: `${upstream.url}/token` });
  });

  it("refuses another key, issuer, audience, scope, algorithm and any odd lifetime", async () => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString();
    const cases = [
      [{ privateKeyPem: other }, "Invalid JWT Signature."],
      [{ header: { kid: "another" } }, "Invalid JWT Signature."],
      [{ header: { alg: "HS256" } }, "Unsupported signing algorithm"],
      [{ claims: { iss: "someone@else.com" } }, "account not found"],
      [{ claims: { aud: "https://oauth2.googleapis.com/token" } }, "Failed audience check"],
      [{ claims: { scope: "email" } }, "Invalid OAuth scope"],
      [{ claims: { exp: nowSeconds + 7200 } }, "must be a short-lived token"],
      [
        { claims: { iat: nowSeconds - 3700, exp: nowSeconds - 100 } },
        "must be a short-lived token",
      ],
      [
        { claims: { iat: nowSeconds + 900, exp: nowSeconds + 4000 } },
        "must be a short-lived token",
      ],
    ] as const;
    for (const [options, message] of cases) {
      const response = await exchangeToken(upstream, options);
      expect([response.status, await errorOf(response)]).toEqual([
        400,
        expect.stringContaining(message),
      ]);
    }
    expect(upstream.tokens.mints).toBe(0);
  });

  it("lets its tokens die on time", async () => {
    const fresh = await accessToken(upstream);
    expect((await call.gemini(fresh)).status).toBe(200);
    now = new Date(Date.now() + 3_601_000);
    const late = await call.gemini(fresh);
    expect(late.status).toBe(401);
    expect(await objectOf(late)).toMatchObject({
      error: { status: "UNAUTHENTICATED", details: [{ reason: "ACCESS_TOKEN_EXPIRED" }] },
    });
    expect((await call.gemini("made-up")).status).toBe(401);
  });
});

describe("Gemini on Vertex", () => {
  async function refusalOf(body: JsonObject, options: GeminiOptions = {}): Promise<string> {
    const response = await call.gemini(token, body, options);
    return response.ok ? "accepted" : errorOf(response);
  }

  const declare = (parameters: JsonObject): JsonObject => ({
    tools: [{ functionDeclarations: [{ name: "weather", ...parameters }] }],
  });
  const schema = { type: "object", properties: { city: { type: "string" } } };
  const said = (text: string): JsonObject => ({ role: "user", parts: [{ text }] });

  it("answers plainly, as events or as one growing array", async () => {
    const plain = await objectOf(await call.gemini(token));
    expect(asArray(plain["candidates"])[0]).toMatchObject({
      content: { role: "model", parts: [{ text: "You said: hello there" }] },
      finishReason: "STOP",
    });
    expect(plain["usageMetadata"]).toMatchObject({
      promptTokenCount: 3,
      candidatesTokenCount: 4,
      totalTokenCount: 7,
    });
    const events = await eventsOf(
      await call.gemini(token, {}, { method: "streamGenerateContent?alt=sse" }),
    );
    expect(events).toHaveLength(4);
    expect(asObject(asArray(events.at(-1)?.["candidates"])[0])["finishReason"]).toBe("STOP");
    const array = parseJson(
      await (await call.gemini(token, {}, { method: "streamGenerateContent" })).text(),
    );
    expect(array).toHaveLength(4);
  });

  it("checks the project, the location and the model", async () => {
    expect((await call.gemini(token, {}, { project: "other" })).status).toBe(403);
    expect((await call.gemini(token, {}, { model: "gemini-9" })).status).toBe(404);
    expect(
      (await call.gemini(token, {}, { model: "gemini-3.8-flash", location: "us-central1" })).status,
    ).toBe(404);
    expect((await call.gemini(token, {}, { location: "atlantis" })).status).toBe(400);
  });

  it("names every unknown field and where it stood", async () => {
    expect(await refusalOf({ messages: [] })).toBe(
      'Invalid JSON payload received. Unknown name "messages": Cannot find field.',
    );
    expect(await refusalOf({ generationConfig: { max_tokens: 5 } })).toBe(
      `Invalid JSON payload received. Unknown name "max_tokens" at 'generation_config': Cannot find field.`,
    );
    expect(await refusalOf(declare({ parameters: { ...schema, $schema: "x" } }))).toBe(
      `Invalid JSON payload received. Unknown name "$schema" at 'tools[0].function_declarations[0].parameters': Cannot find field.`,
    );
    const nested = { type: "object", properties: { a: { type: ["string", "null"] } } };
    expect(await refusalOf(declare({ parameters: nested }))).toContain(
      "Proto field is not repeating, cannot start list.",
    );
    expect(await refusalOf(declare({ parametersJsonSchema: nested }))).toBe("accepted");
    expect(await refusalOf({ system_instruction: { parts: [{ text: "brief" }] } })).toBe(
      "accepted",
    );
  });

  it("insists on roles, parts and the right kind of thinking", async () => {
    expect(await refusalOf({ contents: [] })).toContain("at least one contents field is required");
    expect(await refusalOf({ contents: [{ role: "assistant", parts: [{ text: "a" }] }] })).toBe(
      "Please use a valid role: user, model.",
    );
    const thinking = (thinkingConfig: JsonObject): JsonObject => ({
      generationConfig: { thinkingConfig },
    });
    expect(await refusalOf(thinking({ thinkingLevel: "HIGH" }))).toContain(
      "thinking_level is not supported",
    );
    expect(
      await refusalOf(thinking({ thinkingLevel: "HIGH" }), { model: "gemini-3.8-flash" }),
    ).toBe("accepted");
    expect(
      await refusalOf(thinking({ thinkingLevel: "HIGH", thinkingBudget: 1 }), {
        model: "gemini-3.8-flash",
      }),
    ).toContain("only set only one");
    expect(await refusalOf(thinking({ thinkingBudget: 0 }), { model: "gemini-2.5-pro" })).toContain(
      "Thinking budget is out of range",
    );
    expect(await refusalOf(declare({ parameters: { type: "object", properties: {} } }))).toContain(
      "should be non-empty for OBJECT type",
    );
  });

  it("wants as many responses as calls, objects only, and the signature of a running step", async () => {
    const asked = said('call:weather {"city":"Kyoto"}');
    const model = "gemini-3.8-flash";
    const tools = declare({ parameters: schema });
    const first = await objectOf(
      await call.gemini(token, { contents: [asked], ...tools }, { model }),
    );
    const part = asObject(
      asArray(asObject(asObject(asArray(first["candidates"])[0])["content"])["parts"])[0],
    );
    expect(part).toMatchObject({
      functionCall: { name: "weather", args: { city: "Kyoto" } },
    });
    expect(part["thoughtSignature"]).toBeTypeOf("string");
    const step = (called: JsonObject, ...responses: unknown[]): JsonObject => ({
      ...tools,
      contents: [
        asked,
        { role: "model", parts: [called] },
        {
          role: "user",
          parts: responses.map((response) => ({ functionResponse: { name: "weather", response } })),
        },
      ],
    });
    const { thoughtSignature, ...unsigned } = part;
    const result = { output: "sunny" };
    expect(await refusalOf(step(part, result), { model })).toBe("accepted");
    expect(await refusalOf(step(unsigned, result), { model })).toContain(
      "function call `weather` in the 2. content block is missing a `thought_signature`",
    );
    expect(
      await refusalOf(
        step({ ...unsigned, thoughtSignature: "skip_thought_signature_validator" }, result),
        { model },
      ),
    ).toBe("accepted");
    expect(
      await refusalOf(
        step({ ...unsigned, thoughtSignature: `AAAA${String(thoughtSignature).slice(4)}` }, result),
        { model },
      ),
    ).toBe("Corrupted thought signature.");
    expect(await refusalOf(step(part, result, result), { model })).toContain(
      "equal to the number of function call parts",
    );
    expect(await refusalOf(step(part, "sunny"), { model })).toContain("google.protobuf.Struct");
    expect(await refusalOf(step(unsigned, result))).toBe("accepted");
  });

  it("counts thoughts beside the answer and puts the wait for a 429 into the body", async () => {
    const body = {
      generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 512 } },
    };
    const answer = await objectOf(await call.gemini(token, body));
    expect(answer["usageMetadata"]).toMatchObject({
      promptTokenCount: 3,
      candidatesTokenCount: 4,
      thoughtsTokenCount: 9,
      totalTokenCount: 16,
    });
    upstream.script({ vendor: "vertex" }, [{ throttle: { retryAfterSeconds: 7 } }]);
    const throttled = await call.gemini(token);
    expect(throttled.status).toBe(429);
    expect(await objectOf(throttled)).toMatchObject({
      error: { status: "RESOURCE_EXHAUSTED", details: [{ retryDelay: "7s" }] },
    });
  });
});

describe("Claude on Vertex", () => {
  it("answers with named events and refuses in Claude's shape", async () => {
    expect(claudeText(await objectOf(await call.vertexClaude(token)))).toBe(
      "You said: hello there",
    );
    const events = await eventsOf(await call.vertexClaude(token, { stream: true }));
    expect(events.at(-1)?.["type"]).toBe("message_stop");
    const refused = await call.vertexClaude(token, { model: "claude-sonnet-4-5" });
    expect(await objectOf(refused)).toMatchObject({
      type: "error",
      error: { type: "invalid_request_error", message: "model: Extra inputs are not permitted" },
    });
  });

  it("wants its own version in the body and only the betas it knows in the header", async () => {
    expect(
      await errorOf(await call.vertexClaude(token, { anthropic_version: "2023-06-01" })),
    ).toContain("vertex-2023-10-16");
    expect(
      (await call.vertexClaude(token, {}, { "anthropic-beta": "web-search-2025-03-05" })).status,
    ).toBe(200);
    const unknown = await call.vertexClaude(
      token,
      {},
      { "anthropic-beta": "files-api-2025-04-14" },
    );
    expect(await errorOf(unknown)).toContain("Unexpected value(s) `files-api-2025-04-14`");
  });
});
