import { describe, expect, test } from "vitest";
import { createBodyPatch } from "../../src/core/body-patch.ts";
import type { Json } from "../../src/core/json.ts";
import { refuseStoredMedia } from "../../src/providers/stored-media.ts";

const refuse = (messages: Json) => () =>
  refuseStoredMedia(createBodyPatch(JSON.stringify({ messages })), "messages");

describe("media in a bucket", () => {
  test.each<[string, Json]>([
    ["an S3 location", [{ content: [{ image: { source: { s3Location: { uri: "s3://b/k" } } } }] }]],
    ["a Google Cloud address", [{ parts: [{ fileData: { fileUri: "gs://bucket/key" } }] }]],
    ["the older spelling", [{ parts: [{ file_data: { file_uri: " GS://bucket/key" } }] }]],
    ["one inside a tool's result", [{ a: { b: [[{ s3Location: {} }]] } }]],
  ])("%s is refused by name", (_name, messages) => {
    expect(refuse(messages)).toThrow(/^messages: media in a bucket/);
  });

  test.each<[string, Json]>([
    ["bytes", [{ content: [{ image: { source: { bytes: "aGk=" } } }] }]],
    ["an address that is no bucket", [{ parts: [{ fileData: { fileUri: "https://x/y.png" } }] }]],
    ["a text that only speaks of one", [{ content: [{ text: "gs://bucket and s3Location" }] }]],
    ["nothing", []],
    ["a body 10,000 levels deep", JSON.parse("[".repeat(10_000) + "]".repeat(10_000)) as Json],
  ])("%s passes", (_name, messages) => {
    expect(refuse(messages)).not.toThrow();
  });
});
