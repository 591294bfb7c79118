import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import {
  readableInput,
  refusesThoughts,
  type ReadableThoughts,
} from "../../../src/dialects/openai-responses/readable-thoughts.ts";
import { wrapProof } from "../../../src/dialects/proof-envelope.ts";

const RAW = "gAAAAABown";
const thought = (id: string, encrypted?: string): JsonObject => ({
  type: "reasoning",
  id,
  summary: [],
  ...(encrypted !== undefined && { encrypted_content: encrypted }),
});
const of = (account: string): string =>
  wrapProof({ issuer: "openai", kind: "encrypted", data: RAW, account }, "openai");

const bare = thought("rs_0a", RAW);
const ours = thought("rs_0b", of("west"));
const theirs = thought("rs_0c", of("east"));
const claudes = thought("rs_skx_0", btoa("sk1.anthropic.signature.c2ln"));
const kept = thought("rs_0d");
const minted = thought("rs_skx_1");

const WEST: ReadableThoughts = { kind: "account", account: "west", allMarked: false };

function readable(items: Json[], thoughts?: ReadableThoughts): Json[] {
  return readableInput(items, thoughts);
}

describe("thoughts in a history", () => {
  const all = [bare, ours, theirs, claudes, kept, minted];
  const oursRaw = { ...ours, encrypted_content: RAW };

  it.each<[string, ReadableThoughts | undefined, Json[]]>([
    ["a vendor nothing is known of", undefined, [bare, kept]],
    ["an account alone", WEST, [bare, oursRaw, kept]],
    ["an account among others", { ...WEST, allMarked: true }, [oursRaw]],
    ["a vendor who refused one", { kind: "none" }, []],
  ])("reach %s as far as it can read them", (_, thoughts, expected) => {
    expect(readable(all, thoughts)).toEqual(expected);
  });

  it("are the very list where all can be read, so that its bytes survive", () => {
    const items = [{ role: "user", content: "Hi" }, bare, { role: "assistant", content: "Ho" }];
    expect(readable(items, WEST)).toBe(items);
    expect(readable(items)).toBe(items);
    expect(readable([], { kind: "none" })).toEqual([]);
  });

  it("take the ids of what they led to with them, and of nothing else", () => {
    const call = { type: "function_call", id: "fc_1", call_id: "c", name: "f", arguments: "{}" };
    const output = { type: "function_call_output", id: "fco_1", call_id: "c", output: "x" };
    const words = { type: "message", id: "msg_1", role: "assistant", content: "Ho" };
    const { id: _, ...bareCall } = call;
    const { id: __, ...bareWords } = words;
    expect(readable([theirs, words, call, output, words], WEST)).toEqual([
      bareWords,
      bareCall,
      output,
      words,
    ]);
    expect(readable([theirs, ours, call], WEST)).toEqual([oursRaw, call]);
  });

  it("leave whatever is no item alone", () => {
    const items: Json[] = ["a", 1, null, [theirs]];
    expect(readable(items, { kind: "none" })).toBe(items);
  });
});

describe("a vendor's refusal", () => {
  const refusal = (code: string) => ({
    category: "invalid-request" as const,
    status: 400,
    message: "",
    raw: { status: 400, headers: new Headers(), body: JSON.stringify({ error: { code } }) },
  });

  it("is about thoughts when its code says so", () => {
    expect(refusesThoughts(refusal("invalid_encrypted_content"))).toBe(true);
    expect(refusesThoughts(refusal("invalid_value"))).toBe(false);
    expect(refusesThoughts({ category: "connection", status: 0, message: "" })).toBe(false);
  });
});
