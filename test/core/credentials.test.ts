import { describe, expect, it } from "vitest";
import { equalSecrets, findKey } from "../../src/core/credentials.ts";

const find = (headers: Record<string, string>, custom?: string) =>
  findKey(new Headers(headers), custom);

describe("a key in the headers", () => {
  it.each([
    ["Bearer sk-1"],
    ["bearer sk-1"],
    ["BEARER   sk-1"],
    ["  Bearer sk-1  "],
    ["sk-1"],
    ["Bearer\tsk-1"],
  ])("is found in %j", (value) => {
    expect(find({ authorization: value })).toBe("sk-1");
    expect(find({ "x-api-key": value })).toBe("sk-1");
  });

  it("is absent where a variable was empty", () => {
    expect(find({ authorization: "Bearer " })).toBeUndefined();
    expect(find({ authorization: "Bearer ", "x-api-key": "sk-1" })).toBe("sk-1");
  });

  it("of the most specific header wins", () => {
    const headers = {
      "ocp-apim-subscription-key": "sk-6",
      "x-goog-api-key": "sk-5",
      "api-key": "sk-4",
      "x-api-key": "sk-3",
      authorization: "Bearer sk-2",
      "x-litellm-api-key": "sk-1",
    };
    expect(find(headers)).toBe("sk-1");
    expect(find({ ...headers, "x-mine": "sk-0" }, "x-mine")).toBe("sk-0");
    expect(find({ ...headers, "x-mine": "sk-0" })).toBe("sk-1");
  });

  it("that looks like ours wins over another word", () => {
    expect(find({ authorization: "Bearer AIzaSomething", "x-goog-api-key": "sk-1" })).toBe("sk-1");
    expect(find({ authorization: "Basic dXNlcjpwYXNz", "api-key": "sk-1" })).toBe("sk-1");
  });

  it("that looks like nobody's is still told, so that it can be refused", () => {
    expect(find({ authorization: "Bearer hello" })).toBe("hello");
  });

  it("is absent without a header or a value", () => {
    expect(find({})).toBeUndefined();
    expect(find({ authorization: "", "x-api-key": "  " })).toBeUndefined();
    expect(find({ cookie: "key=sk-1", "proxy-authorization": "Bearer sk-1" })).toBeUndefined();
  });
});

describe("two secrets", () => {
  it.each([
    ["a", "a", true],
    ["", "", true],
    ["a", "b", false],
    ["a", "A", false],
    ["secret", "secret ", false],
    ["secret", "", false],
    ["é", "e\u0301", false],
  ])("%j and %j are equal: %s", async (left, right, expected) => {
    expect(await equalSecrets(left, right)).toBe(expected);
  });
});

describe("a key in the URL", () => {
  const at = (url: string, headers: Record<string, string> = {}) =>
    findKey(new Headers(headers), undefined, url);

  it("is found where Google's clients write it", () => {
    expect(at("https://e.com/v1beta/models?alt=sse&key=sk-1")).toBe("sk-1");
    expect(at("https://e.com/v1beta/models?monkey=sk-1")).toBeUndefined();
    expect(at("https://e.com/key=sk-1")).toBeUndefined();
  });

  it("comes after one in a header, unless only it looks like ours", () => {
    expect(at("https://e.com/?key=sk-1", { "x-goog-api-key": "sk-2" })).toBe("sk-2");
    expect(at("https://e.com/?key=sk-1", { authorization: "Bearer ya29.google" })).toBe("sk-1");
  });
});
