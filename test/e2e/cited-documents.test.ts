import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import type Anthropic from "@anthropic-ai/sdk";
import type OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { otherKey } from "../upstream/others.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { bedrockClient } from "./bedrock-client.ts";
import { citedConverse } from "./cited-converse.ts";
import { entry, startWorld, type World } from "./world.ts";

// Documents that callers send along to be cited, and the citations that come back.

function models({ url }: Upstream): object[] {
  const parameters = {
    model: "cohere/command-a-03-2025",
    api_base: `${url}/cohere`,
    api_key: otherKey("cohere"),
    input_cost_per_token: 1e-6,
    output_cost_per_token: 2e-6,
  };
  return [entry("cohere", parameters)];
}

let world: World;
let anthropic: Anthropic;
let openai: OpenAI;
let bedrock: BedrockRuntimeClient;

beforeAll(async () => {
  world = await startWorld({ models });
  const key = await world.gateway.createKey();
  anthropic = world.anthropic(key);
  openai = world.openai(key);
  bedrock = bedrockClient(world.gateway.url, { token: key });
});
afterAll(() => world.stop());
beforeEach(() => world.upstream.reset());

const BOTH = [false, true] as const;

/** A document of words, one of pieces, a PDF and a search result, all of which shall be cited. */
const citations = { enabled: true };
const DOCUMENTS: Anthropic.ContentBlockParam[] = [
  {
    type: "document",
    title: "Trees",
    context: "A leaflet",
    source: { type: "text", media_type: "text/plain", data: "Maples are trees with leaves." },
    citations,
  },
  {
    type: "document",
    title: "Rules",
    source: { type: "content", content: [{ type: "text", text: "No fire." }] },
    citations,
  },
];
const PDF: Anthropic.ContentBlockParam = {
  type: "document",
  title: "Map",
  source: { type: "base64", media_type: "application/pdf", data: "JVBERi0xLjQ=" },
  citations,
};
const RESULT: Anthropic.ContentBlockParam = {
  type: "search_result",
  source: "https://example.com/keys",
  title: "Keys",
  content: [{ type: "text", text: "Use a key." }],
  citations,
};

async function askClaude(
  model: string,
  content: Anthropic.ContentBlockParam[],
  stream: boolean,
): Promise<Anthropic.TextCitation[]> {
  const body: Anthropic.MessageCreateParamsNonStreaming = {
    model,
    max_tokens: 100,
    messages: [{ role: "user", content: [...content, { type: "text", text: "What now?" }] }],
  };
  const answer = stream
    ? await anthropic.messages.stream(body).finalMessage()
    : await anthropic.messages.create(body);
  expect(world.upstream.requests.at(-1)?.refusal).toBeUndefined();
  return answer.content.flatMap((block) => (block.type === "text" ? (block.citations ?? []) : []));
}

describe.each(BOTH)("documents of an Anthropic caller (stream: %s)", (stream) => {
  test.each(["anthropic-claude", "bedrock-claude", "converse-claude"])(
    "are cited by Claude as %s, in the same words over every surface",
    async (model) => {
      expect(await askClaude(model, [...DOCUMENTS, PDF, RESULT], stream)).toEqual([
        {
          type: "char_location",
          cited_text: "Maples are t",
          document_index: 0,
          document_title: "Trees",
          file_id: null,
          start_char_index: 0,
          end_char_index: 12,
        },
        {
          type: "content_block_location",
          cited_text: "No fire.",
          document_index: 1,
          document_title: "Rules",
          file_id: null,
          start_block_index: 0,
          end_block_index: 1,
        },
        {
          type: "page_location",
          cited_text: "Page one",
          document_index: 2,
          document_title: "Map",
          file_id: null,
          start_page_number: 1,
          end_page_number: 2,
        },
        {
          type: "search_result_location",
          cited_text: "Use a key.",
          source: "https://example.com/keys",
          title: "Keys",
          search_result_index: 0,
          start_block_index: 0,
          end_block_index: 1,
        },
      ]);
    },
  );

  test("are cited by Cohere, whole", async () => {
    const cited = await askClaude("cohere", [...DOCUMENTS, RESULT], stream);
    const trees = {
      type: "char_location",
      cited_text: "Maples are trees with leaves.",
      document_index: 0,
      document_title: "Trees",
      file_id: null,
      start_char_index: 0,
      end_char_index: 29,
    };
    expect(cited).toEqual([
      trees,
      trees,
      {
        type: "content_block_location",
        cited_text: "No fire.",
        document_index: 1,
        document_title: "Rules",
        file_id: null,
        start_block_index: 0,
        end_block_index: 1,
      },
      {
        type: "search_result_location",
        cited_text: "Use a key.",
        source: "https://example.com/keys",
        title: "Keys",
        search_result_index: 0,
        start_block_index: 0,
        end_block_index: 1,
      },
    ]);
  });
});

test.each(["gemini-2", "openai-gpt", "bedrock-nova"])(
  "documents are read as words by %s, and the header says that nothing will be cited",
  async (model) => {
    const response = await anthropic.messages
      .create({
        model,
        max_tokens: 100,
        messages: [{ role: "user", content: [...DOCUMENTS, { type: "text", text: "And?" }] }],
      })
      .asResponse();
    expect(response.status).toBe(200);
    expect(response.headers.get("x-sekisho-dropped-params")).toContain("citations");
    expect(JSON.stringify(world.upstream.requests.at(-1)?.body)).toContain("Maples are trees");
  },
);

describe.each(BOTH)("documents of a Converse caller (stream: %s)", (stream) => {
  test("are cited by Claude at Anthropic", async () => {
    const { text, citations: cited } = await citedConverse(
      bedrock,
      "anthropic-claude",
      [
        {
          document: {
            name: "Trees",
            format: "txt",
            source: { text: "Maples are trees." },
            citations: { enabled: true },
          },
        },
        { text: "And?" },
      ],
      stream,
    );
    expect(text).toContain("You said: And?");
    expect(cited).toEqual([
      {
        title: "Trees",
        sourceContent: [{ text: "Maples are t" }],
        location: { documentChar: { documentIndex: 0, start: 0, end: 12 } },
      },
    ]);
  });
});

describe.each(BOTH)("documents of an OpenAI caller (stream: %s)", (stream) => {
  test("reach Claude, whose citations of them have no form for OpenAI's SDK", async () => {
    const body = {
      model: "anthropic-claude",
      messages: [{ role: "user" as const, content: "And?" }],
      documents: [{ data: { title: "Trees", text: "Maples are trees." } }, "No fire."],
    };
    const answer = stream
      ? await openai.chat.completions.stream(body).finalChatCompletion()
      : await openai.chat.completions.create(body);
    expect(answer.choices[0]?.message.content).toContain("You said: And?");
    expect(answer.choices[0]?.message.annotations ?? []).toEqual([]);
    expect(world.upstream.requests.at(-1)?.body).toMatchObject({
      messages: [{ content: [{ title: "Trees" }, { type: "document" }, { text: "And?" }] }],
    });
  });
});

describe.each(BOTH)("Cohere's documents of an OpenAI caller (stream: %s)", (stream) => {
  test("reach Cohere as its own, with its own parameters", async () => {
    const body = {
      model: "cohere",
      messages: [{ role: "user" as const, content: "And?" }],
      documents: [{ id: "x", data: { title: "Trees", text: "Maples.", year: "1999" } }, "No fire."],
      citation_options: { mode: "FAST" },
    };
    const answer = stream
      ? await openai.chat.completions.stream(body).finalChatCompletion()
      : await openai.chat.completions.create(body);
    expect(answer.choices[0]?.message.content).toBe("You said: And?");
    expect(world.upstream.requests.at(-1)).toMatchObject({
      body: {
        documents: [
          { id: "document:0", data: { title: "Trees", text: "Maples.\nyear: 1999" } },
          { id: "document:1", data: { text: "No fire." } },
        ],
        citation_options: { mode: "FAST" },
      },
    });
  });
});
