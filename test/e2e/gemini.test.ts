import { FunctionCallingConfigMode, GoogleGenAI } from "@google/genai";
import type { Content, GenerateContentResponse, Part, Tool } from "@google/genai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PIXEL } from "./upstream-client.ts";
import { ALL_MODELS, startWorld, type World } from "./world.ts";

let world: World;
let client: GoogleGenAI;

beforeAll(async () => {
  world = await startWorld();
  const apiKey = await world.gateway.createKey();
  client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: world.gateway.url } });
});
afterAll(() => world.stop());

const TOOL: Tool = {
  functionDeclarations: [
    {
      name: "get_weather",
      description: "The weather of a city",
      parametersJsonSchema: {
        type: "object",
        properties: { city: { type: "string" } },
        required: ["city"],
      },
    },
  ],
};

/** Everything of a stream, in the order it came. */
async function streamed(
  body: Parameters<GoogleGenAI["models"]["generateContentStream"]>[0],
): Promise<{ parts: Part[]; last: GenerateContentResponse | undefined }> {
  const parts: Part[] = [];
  let last: GenerateContentResponse | undefined;
  for await (const chunk of await client.models.generateContentStream(body)) {
    parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
    last = chunk;
  }
  return { parts, last };
}

async function answered(
  body: Parameters<GoogleGenAI["models"]["generateContentStream"]>[0],
  stream: boolean,
): Promise<Part[]> {
  if (stream) return (await streamed(body)).parts;
  const answer = await client.models.generateContent(body);
  return answer.candidates?.[0]?.content?.parts ?? [];
}

function textOf(parts: Part[]): string {
  return parts.map((part) => (part.thought === true ? "" : (part.text ?? ""))).join("");
}

/** Models whose vendors take no schema to enforce. */
const DESCRIBING_SCHEMAS = ["vertex-claude", "bedrock-nova", "bedrock-llama", "bedrock-pixtral"];

describe.each(ALL_MODELS)("google SDK on %s", (model) => {
  test("gets a whole answer with usage", async () => {
    const answer = await client.models.generateContent({ model, contents: "Hello there" });
    expect(answer.text).toMatch(/\w/);
    expect(answer.candidates?.[0]?.finishReason).toBe("STOP");
    expect(answer.responseId).toBeTruthy();
    expect(answer.usageMetadata?.promptTokenCount).toBeGreaterThan(0);
    expect(answer.usageMetadata?.candidatesTokenCount).toBeGreaterThan(0);
  });

  test("streams the same text it answers whole", async () => {
    const body = { model, contents: "Again", config: { maxOutputTokens: 300 } };
    const whole = await client.models.generateContent(body);
    const { parts, last } = await streamed(body);
    expect(textOf(parts)).toBe(whole.text);
    expect(last?.candidates?.[0]?.finishReason).toBe("STOP");
    expect(last?.usageMetadata?.candidatesTokenCount).toBe(
      whole.usageMetadata?.candidatesTokenCount,
    );
  });

  test.each([false, true])("makes a tool round trip (stream: %s)", async (stream) => {
    const contents: Content[] = [
      { role: "user", parts: [{ text: 'Please call:get_weather {"city":"Kyōto"}' }] },
    ];
    const config = { maxOutputTokens: 4_000, systemInstruction: "Be brief.", tools: [TOOL] };
    const first = await answered({ model, contents, config }, stream);
    const call = first.find((part) => part.functionCall)?.functionCall;
    expect(call).toMatchObject({ name: "get_weather", args: { city: "Kyōto" } });

    const functionResponse = { ...call, args: undefined, response: { output: "rain, 9 degrees" } };
    contents.push({ role: "model", parts: first });
    contents.push({ role: "user", parts: [{ functionResponse }] });
    const second = await answered({ model, contents, config }, stream);
    expect(textOf(second)).toContain("rain, 9 degrees");
  });

  test("counts tokens", async () => {
    const { totalTokens } = await client.models.countTokens({
      model,
      contents: "Count me ".repeat(50),
    });
    expect(totalTokens).toBeGreaterThan(50);
  });
});

describe.each(ALL_MODELS.filter((model) => model !== "demo" && model !== "compatible"))(
  "google SDK on %s",
  (model) => {
    test("shows the model an image", async () => {
      const answer = await client.models.generateContent({
        model,
        contents: [{ inlineData: { mimeType: "image/png", data: PIXEL } }, "What is this?"],
      });
      expect(answer.text).toContain("image:image/png:");
    });

    test("gets JSON by a schema", async () => {
      const answer = await client.models.generateContent({
        model,
        contents: "Name a city",
        config: {
          responseMimeType: "application/json",
          responseJsonSchema: {
            type: "object",
            properties: { city: { type: "string" } },
            required: ["city"],
          },
        },
      });
      if (!DESCRIBING_SCHEMAS.includes(model)) {
        expect(JSON.parse(answer.text ?? "")).toEqual({ city: "text" });
        return;
      }
      // The vendor cannot enforce a schema, so the model is told it; the stand-in does not follow.
      const asked = world.upstream.requests.filter((one) => one.vendor !== "google-token").at(-1);
      expect(asked?.rawBody.toString()).toContain("city");
    });
  },
);

describe.each(["bedrock-claude", "vertex-claude", "anthropic-claude", "gemini-3"])(
  "thinking on %s",
  (model) => {
    test("comes back signed, and its signature is good in the next turn", async () => {
      const contents: Content[] = [
        { role: "user", parts: [{ text: 'Think, then call:get_weather {"city":"Nara"}' }] },
      ];
      const config = {
        tools: [TOOL],
        maxOutputTokens: 4_000,
        thinkingConfig: { includeThoughts: true },
      };
      const { parts, last } = await streamed({ model, contents, config });
      expect(parts.some((part) => part.thought === true && part.text)).toBe(true);
      expect(parts.some((part) => part.thoughtSignature)).toBe(true);
      expect(last?.usageMetadata?.thoughtsTokenCount ?? 0).toBeGreaterThan(0);
      const call = parts.find((part) => part.functionCall)?.functionCall;
      const response = { output: "fog" };
      contents.push({ role: "model", parts });
      contents.push({
        role: "user",
        parts: [{ functionResponse: { id: call?.id, name: call?.name, response } }],
      });
      world.upstream.requests.splice(0);
      const second = await streamed({ model, contents, config });
      expect(textOf(second.parts)).toContain("fog");
      const [sent] = world.upstream.requests;
      expect(JSON.stringify(sent?.body)).toMatch(/"(signature|thoughtSignature)":"[^"]{20}/);
    });
  },
);

test("a conversation moves from Claude to Gemini and back", async () => {
  const contents: Content[] = [];
  const config = {
    tools: [TOOL],
    maxOutputTokens: 4_000,
    thinkingConfig: { includeThoughts: true },
  };
  for (const model of ["anthropic-claude", "gemini-3", "bedrock-claude", "ai-studio"]) {
    contents.push({
      role: "user",
      parts: [{ text: `Think, then call:get_weather {"city":"${model}"}` }],
    });
    const { parts } = await streamed({ model, contents, config });
    const call = parts.find((part) => part.functionCall)?.functionCall;
    contents.push({ role: "model", parts });
    contents.push({
      role: "user",
      parts: [
        { functionResponse: { id: call?.id, name: call?.name, response: { output: "fog" } } },
      ],
    });
    const answer = await streamed({ model, contents, config });
    expect(textOf(answer.parts)).toContain("fog");
    contents.push({ role: "model", parts: answer.parts });
  }
});

test("forcing a tool works in every grammar", async () => {
  for (const model of ["openai-gpt", "vertex-claude", "gemini-2"]) {
    const answer = await client.models.generateContent({
      model,
      contents: "Do it",
      config: {
        tools: [TOOL],
        toolConfig: {
          functionCallingConfig: {
            mode: FunctionCallingConfigMode.ANY,
            allowedFunctionNames: ["get_weather"],
          },
        },
      },
    });
    expect(answer.functionCalls?.[0]?.name).toBe("get_weather");
  }
});
