import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import type Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import type { GroundingMetadata } from "@google/genai";
import type OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { otherKey } from "../upstream/others.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { bedrockClient } from "./bedrock-client.ts";
import { citedConverse } from "./cited-converse.ts";
import { entry, startWorld, type World } from "./world.ts";

// What an answer leans on reaches every caller in the words of the caller's own grammar, as far as
// that grammar has some, and the types of the official SDKs say which those are.

const PRICE = { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 };

function models({ url }: Upstream): object[] {
  const key = { api_key: otherKey("perplexity") };
  const parameters = { model: "perplexity/sonar-pro", api_base: `${url}/perplexity`, ...key };
  return [entry("perplexity", { ...parameters, ...PRICE })];
}

let world: World;
let anthropic: Anthropic;
let openai: OpenAI;
let google: GoogleGenAI;
let bedrock: BedrockRuntimeClient;

beforeAll(async () => {
  world = await startWorld({ models });
  const key = await world.gateway.createKey();
  anthropic = world.anthropic(key);
  openai = world.openai(key);
  google = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: world.gateway.url } });
  bedrock = bedrockClient(world.gateway.url, { token: key });
});
afterAll(() => world.stop());
beforeEach(() => world.upstream.reset());

const BOTH = [false, true] as const;

describe.each(BOTH)("a page of the web that Perplexity points at (stream: %s)", (stream) => {
  const ASK = "🗼 is in Tōkyō.[1] Is it?";
  const SAID = `You said: ${ASK}`;
  const MARK = SAID.indexOf("[1]");
  /** The tower takes two units of JavaScript and is one character. */
  const place = { start_index: MARK - 1, end_index: MARK + 2 };
  const page = { url: "https://example.com/", title: "Example" };

  test("is a search result to Anthropic's SDK", async () => {
    const body: Anthropic.MessageCreateParamsNonStreaming = {
      model: "perplexity",
      max_tokens: 100,
      messages: [{ role: "user", content: ASK }],
    };
    const { content } = stream
      ? await anthropic.messages.stream(body).finalMessage()
      : await anthropic.messages.create(body);
    const [block] = content;
    const cited: Anthropic.TextCitation[] | null | undefined =
      block?.type === "text" ? block.citations : undefined;
    expect(cited).toEqual([
      {
        type: "web_search_result_location",
        ...page,
        title: "Example",
        cited_text: "",
        encrypted_index: "",
      },
    ]);
  });

  test("is an annotation of its place to OpenAI's SDK over Responses", async () => {
    const body = { model: "perplexity", input: ASK };
    const added: unknown[] = [];
    const listen = (): Promise<OpenAI.Responses.Response> =>
      openai.responses
        .stream(body)
        .on("response.output_text.annotation.added", (event) => added.push(event.annotation))
        .finalResponse();
    const { output } = stream ? await listen() : await openai.responses.create(body);
    const [part] = output.find(isMessage)?.content ?? [];
    if (part?.type !== "output_text") throw new Error("there are no words");
    const wanted: OpenAI.Responses.ResponseOutputText.URLCitation = {
      type: "url_citation",
      ...page,
      title: "Example",
      ...place,
    };
    expect(part.annotations).toEqual([wanted]);
    expect(added).toEqual(stream ? [wanted] : []);
  });

  test("is grounding, in bytes, to Google's SDK", async () => {
    const body = { model: "perplexity", contents: ASK };
    let grounding: GroundingMetadata | undefined;
    if (stream) {
      for await (const chunk of await google.models.generateContentStream(body))
        grounding = chunk.candidates?.[0]?.groundingMetadata ?? grounding;
    } else {
      const answer = await google.models.generateContent(body);
      grounding = answer.candidates?.[0]?.groundingMetadata;
    }
    const start = Buffer.byteLength(SAID.slice(0, MARK));
    expect(grounding).toEqual({
      groundingChunks: [{ web: { uri: page.url, title: page.title } }],
      groundingSupports: [
        {
          segment: { startIndex: start, endIndex: start + 3, text: "[1]" },
          groundingChunkIndices: [0],
        },
      ],
    });
  });

  test("is plain words to AWS's SDK, whose user asked for no citations", async () => {
    const answer = await citedConverse(bedrock, "perplexity", [{ text: ASK }], stream);
    expect(answer).toEqual({ text: SAID, citations: [] });
  });

  test("is a place on the web to AWS's SDK, once something was to be cited", async () => {
    const source = { text: "Nara has deer." };
    const document = { format: "txt" as const, name: "Nara", source, citations: { enabled: true } };
    const content = [{ document }, { text: ASK }];
    const { citations } = await citedConverse(bedrock, "perplexity", content, stream);
    expect(citations).toEqual([
      { title: "Example", location: { web: { url: page.url, domain: "example.com" } } },
    ]);
  });
});

function isMessage(
  item: OpenAI.Responses.ResponseOutputItem,
): item is OpenAI.Responses.ResponseOutputMessage {
  return item.type === "message";
}

test.each(["anthropic-claude", "bedrock-claude", "vertex-claude", "converse-claude"])(
  "a conversation in which Perplexity cited goes on with %s",
  async (model) => {
    const ask = { role: "user" as const, content: "See this.[1]" };
    const first = await anthropic.messages.create({
      model: "perplexity",
      max_tokens: 100,
      messages: [ask],
    });
    expect(JSON.stringify(first.content)).toContain("web_search_result_location");
    const second = await anthropic.messages.create({
      model,
      max_tokens: 100,
      messages: [ask, { role: "assistant", content: first.content }, ask],
    });
    expect(second.content).toMatchObject([{ text: "You said: See this.[1]" }]);
  },
);
