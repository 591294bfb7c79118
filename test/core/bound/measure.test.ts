import { describe, expect, it } from "vitest";
import { boundOf, measureInput } from "../../../src/core/bound.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { deployment, inputTokens, ONE_ANSWER, user } from "./sample-deployment.ts";

describe("a small request", () => {
  it("is bound tightly, in every grammar", () => {
    const bodies: JsonObject[] = [
      user("hi"),
      {
        model: "m",
        max_tokens: 10,
        messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
      },
      { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
      {
        messages: [{ role: "user", content: [{ text: "hi" }] }],
        inferenceConfig: { maxTokens: 10 },
      },
    ];
    for (const body of bodies) {
      expect(inputTokens(body)).toBeLessThan(100);
      expect(inputTokens(body)).toBeGreaterThan(20);
    }
  });

  it("is not made larger by parameters no model reads", () => {
    const steered = { ...user("hi"), temperature: 0.5, stop: ["\n"], user: "u".repeat(500) };
    expect(inputTokens(steered)).toBe(inputTokens(user("hi")));
  });
});

describe("text", () => {
  it("counts the UTF-8 bytes of every script, emoji and half a surrogate pair", () => {
    const samples = [
      "plain",
      "日本語の文章",
      "Straße",
      "👩‍💻🎉",
      "\ud800 alone",
      'say "hi" \\ \n\t\u0001',
    ];
    const empty = measureInput(user("")).textBytes;
    for (const text of samples) {
      // TextEncoder writes a lone surrogate as U+FFFD, three bytes; JSON.stringify escapes it.
      const json = JSON.stringify(text.toWellFormed()).slice(1, -1);
      const bytes = new TextEncoder().encode(json).length;
      expect([text, measureInput(user(text)).textBytes - empty]).toEqual([text, bytes]);
    }
  });

  it("counts what hides in member names, numbers, arguments and unknown fields", () => {
    const long = "x".repeat(10_000);
    const hidden: JsonObject[] = [
      user([{ type: "tool_use", id: "1", name: "f", input: { [long]: 1 } }]),
      user([{ type: "tool_use", id: "1", name: "f", input: { list: Array(5_000).fill(1.5) } }]),
      { ...user("hi"), some_new_vendor_field: long },
      {
        ...user("hi"),
        tools: [{ name: "f", description: long, input_schema: { type: "object" } }],
      },
      { contents: [{ parts: [{ functionResponse: { name: "f", response: { output: long } } }] }] },
      {
        messages: [
          { role: "assistant", content: [{ toolUse: { name: "f", input: { a: long } } }] },
        ],
      },
      user([{ type: "thinking", thinking: "", signature: long }]),
    ];
    for (const body of hidden) expect(inputTokens(body)).toBeGreaterThan(10_000);
  });

  it("counts arguments that dress up as a picture as the text they are", () => {
    const disguise = {
      source: { type: "base64", media_type: "image/png", data: "A".repeat(90_000) },
    };
    expect(
      inputTokens(user([{ type: "tool_use", id: "1", name: "f", input: disguise }])),
    ).toBeGreaterThan(90_000);
    const schema = { ...disguise, image_url: "A".repeat(90_000) };
    const tools = [{ name: "f", input_schema: schema }];
    expect(inputTokens({ ...user("hi"), tools })).toBeGreaterThan(180_000);
  });

  it("survives nesting deeper than any call stack", () => {
    let deep: JsonObject = { text: "bottom" };
    for (let level = 0; level < 200_000; level += 1) deep = { a: deep };
    expect(inputTokens(user([deep]))).toBeGreaterThan(200_000);
  });

  it("survives members named like parts of JavaScript", () => {
    const body: unknown = JSON.parse(
      '{"constructor":{"x":1},"__proto__":{"y":2},"messages":[{"__proto__":"zzz","role":"user"}]}',
    );
    // JSON.parse makes such members the object's own.
    expect(inputTokens(body as JsonObject)).toBeGreaterThan(40);
  });
});

describe("media", () => {
  const megabyte = "A".repeat(1_000_000);

  it("counts a picture once at its largest size, in every grammar, and never its base64", () => {
    const pictures: JsonObject[] = [
      user([{ type: "image_url", image_url: { url: `data:image/png;base64,${megabyte}` } }]),
      user([
        { type: "image_url", image_url: { url: "https://example.com/a.png", detail: "high" } },
      ]),
      user([
        { type: "image", source: { type: "base64", media_type: "image/png", data: megabyte } },
      ]),
      user([{ type: "image", source: { type: "url", url: "https://example.com/a.png" } }]),
      user([{ image: { format: "png", source: { bytes: megabyte } } }]),
      { contents: [{ parts: [{ inlineData: { mimeType: "image/png", data: megabyte } }] }] },
      { contents: [{ parts: [{ inline_data: { mime_type: "image/png", data: megabyte } }] }] },
      { contents: [{ parts: [{ fileData: { mimeType: "image/png", fileUri: "gs://a/b" } }] }] },
      user([
        {
          type: "tool_result",
          tool_use_id: "1",
          content: [
            { type: "image", source: { type: "base64", media_type: "image/png", data: megabyte } },
          ],
        },
      ]),
    ];
    for (const body of pictures) {
      expect(measureInput(body).images).toBe(1);
      expect(measureInput(body).unseen).toBe(false);
      expect(inputTokens(body)).toBeGreaterThan(5_000);
      expect(inputTokens(body)).toBeLessThan(5_300);
    }
  });

  it("counts a picture by what the model's family makes of it", () => {
    const body = user([{ type: "image_url", image_url: { url: "https://example.com/a.png" } }]);
    expect(inputTokens(body, { baseModel: "gpt-4o-mini" })).toBeGreaterThan(48_169);
    expect(inputTokens(body, { baseModel: "azure/gpt-4o" })).toBeLessThan(1_700);
    expect(inputTokens(body, { baseModel: "something-new" })).toBeGreaterThan(24_600);
  });

  it("counts sound by its decoded size", () => {
    const openai = user([{ type: "input_audio", input_audio: { data: megabyte, format: "wav" } }]);
    const gemini = {
      contents: [{ parts: [{ inlineData: { mimeType: "audio/ogg", data: megabyte } }] }],
    };
    for (const body of [openai, gemini]) {
      expect(measureInput(body).audioBytes).toBe(750_000);
      // Speech at 6 kbit/s lasts 1,000 s in these bytes, which Gemini hears as 32,000 tokens.
      expect(inputTokens(body)).toBeGreaterThan(32_000);
      expect(inputTokens(body)).toBeLessThan(100_000);
    }
  });

  it("counts text documents by their text", () => {
    const plain = user([
      { type: "document", source: { type: "text", media_type: "text/plain", data: megabyte } },
    ]);
    expect(inputTokens(plain)).toBeGreaterThan(1_000_000);
    const csv = user([{ document: { format: "csv", name: "a", source: { bytes: megabyte } } }]);
    expect(inputTokens(csv)).toBeGreaterThan(750_000);
    expect(measureInput(csv).unseen).toBe(false);
  });

  it("finds pictures inside a document of content blocks", () => {
    const image = { type: "image", source: { type: "url", url: "https://example.com/a.png" } };
    const body = user([{ type: "document", source: { type: "content", content: [image, image] } }]);
    expect(measureInput(body).images).toBe(2);
  });

  it("takes the model's whole window for what it cannot see the size of", () => {
    const unseen: JsonObject[] = [
      user([
        {
          type: "document",
          source: { type: "base64", media_type: "application/pdf", data: "JVBERi0x" },
        },
      ]),
      user([{ type: "document", source: { type: "url", url: "https://example.com/a.pdf" } }]),
      user([{ type: "document", source: { type: "file", file_id: "file_1" } }]),
      user([{ type: "file", file: { file_id: "file-1" } }]),
      user([
        {
          type: "file",
          file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0x" },
        },
      ]),
      user([{ document: { format: "docx", name: "a", source: { bytes: "UEsDBA" } } }]),
      user([{ video: { format: "mp4", source: { s3Location: { uri: "s3://a/b" } } } }]),
      { contents: [{ parts: [{ inlineData: { mimeType: "video/mp4", data: "AAAA" } }] }] },
      { contents: [{ parts: [{ fileData: { fileUri: "https://youtu.be/1" } }] }] },
      { contents: [{ parts: [{ text: "hi" }] }], cachedContent: "cachedContents/1" },
      { contents: [{ parts: [{ text: "hi" }] }], tools: [{ googleSearch: {} }] },
      { ...user("hi"), tools: [{ type: "web_search_20250305", name: "web_search" }] },
      { ...user("hi"), tools: [{ type: "code_execution_20250825", name: "code" }] },
      { ...user("hi"), web_search_options: {} },
      { ...user("hi"), mcp_servers: [{ type: "url", url: "https://example.com" }] },
    ];
    for (const body of unseen) expect([body, inputTokens(body)]).toEqual([body, 200_000]);
  });
});

describe("tools", () => {
  it("add the vendor's own words about calling them, once", () => {
    const tool = { name: "f", description: "d", input_schema: { type: "object" } };
    const declared: JsonObject[] = [
      { ...user("hi"), tools: [tool] },
      { ...user("hi"), tools: [{ type: "function", function: { name: "f", parameters: {} } }] },
      { contents: [], tools: [{ functionDeclarations: [{ name: "f" }] }] },
      { messages: [], toolConfig: { tools: [{ toolSpec: { name: "f" } }] } },
      { ...user("hi"), response_format: { type: "json_schema", json_schema: {} } },
      { ...user("hi"), output_config: { format: { type: "json_schema", schema: {} } } },
    ];
    for (const body of declared) {
      expect(inputTokens(body)).toBeGreaterThan(1_000);
      expect(inputTokens(body)).toBeLessThan(1_300);
    }
    expect(inputTokens({ ...user("hi"), tools: [] })).toBeLessThan(100);
  });

  it("that the vendor describes count at their largest", () => {
    const tools = [
      { type: "bash_20250124", name: "bash" },
      { type: "computer_20250124", name: "computer", display_width_px: 1, display_height_px: 1 },
    ];
    expect(measureInput({ ...user("hi"), tools })).toMatchObject({ vendorTools: 2, unseen: false });
    expect(inputTokens({ ...user("hi"), tools })).toBeGreaterThan(4_000);
  });
});

describe("caches", () => {
  const plain = measureInput(user("hello there"));

  it("cost the premium only where the request marks one", () => {
    const { inputNanoUsd: base } = boundOf(plain, ONE_ANSWER, [deployment()]);
    const marked = boundOf(plain, ONE_ANSWER, [deployment()], true);
    expect(marked.inputNanoUsd).toBe(Math.ceil(base * 1.25));
    expect(boundOf(plain, ONE_ANSWER, [deployment({ provider: "openai" })]).inputNanoUsd).toBe(
      marked.inputNanoUsd,
    );
  });

  it("are found wherever a grammar lets them stand", () => {
    const mark = { type: "ephemeral" };
    const marked: JsonObject[] = [
      user([{ type: "text", text: "hi", cache_control: mark }]),
      { ...user("hi"), system: [{ type: "text", text: "s", cache_control: mark }] },
      { ...user("hi"), tools: [{ name: "f", input_schema: {}, cache_control: mark }] },
      { ...user("hi"), cache_control: mark },
      user([{ text: "hi" }, { cachePoint: { type: "default" } }]),
    ];
    for (const body of marked) {
      expect(measureInput(body)).toMatchObject({ usesCaching: true, longCaching: false });
    }
    expect(measureInput({ ...user("hi"), cache_control: null }).usesCaching).toBe(false);
  });

  it("cost the hour's premium where an hour is asked for", () => {
    const body = user([
      { type: "text", text: "hi", cache_control: { type: "ephemeral", ttl: "1h" } },
    ]);
    const measure = measureInput(body);
    expect(measure.longCaching).toBe(true);
    const tokens = boundOf(measure, ONE_ANSWER, [deployment()], false).inputNanoUsd;
    expect(boundOf(measure, ONE_ANSWER, [deployment()]).inputNanoUsd).toBe(tokens * 2);
  });
});
