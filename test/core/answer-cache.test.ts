import { describe, expect, it } from "vitest";
import { canonicalText, readCacheWish } from "../../src/core/answer-cache.ts";

const ON = { byDefault: true, ttlMs: 600_000, callTypes: undefined, namespace: "" };

describe("what a call wants of the answer cache", () => {
  it("is nothing where the operator has none", () => {
    expect(readCacheWish({}, null, undefined)).toBeUndefined();
  });

  it("is to read and keep, unless the call says otherwise", () => {
    expect(readCacheWish({}, null, ON)).toMatchObject({ reads: true, keeps: true, ttlMs: 600_000 });
    const none = { cache: { "no-cache": true } };
    expect(readCacheWish(none, null, ON)).toMatchObject({ reads: false, keeps: true });
    expect(readCacheWish({ cache: { "no-store": true } }, null, ON)).toMatchObject({
      keeps: false,
    });
    expect(readCacheWish({}, "no-cache, no-store", ON)).toBeUndefined();
  });

  it("waits to be asked for where it is off by default", () => {
    const off = { ...ON, byDefault: false };
    expect(readCacheWish({}, null, off)).toBeUndefined();
    expect(readCacheWish({ cache: { "use-cache": true } }, null, off)).toMatchObject({
      reads: true,
      keeps: true,
    });
  });

  it("bounds ages and lifetimes by what the call says, in seconds", () => {
    const said = { cache: { ttl: 60, "s-maxage": 5 } };
    expect(readCacheWish(said, null, ON)).toMatchObject({ ttlMs: 60_000, ageMsMax: 5_000 });
    expect(readCacheWish({}, "s-maxage=7", ON)).toMatchObject({ ageMsMax: 7_000 });
    expect(readCacheWish({ cache: { ttl: 1e12 } }, null, ON)?.ttlMs).toBeLessThan(1e11);
    expect(readCacheWish({ cache: { ttl: "soon" } }, null, ON)?.ttlMs).toBe(600_000);
  });
});

describe("two calls are the same call", () => {
  const call = { model: "m", messages: [{ role: "user", content: "hi" }], temperature: 0 };

  it("whatever the order of their members and whoever asks", () => {
    const other = {
      temperature: 0,
      messages: [{ content: "hi", role: "user" }],
      model: "m",
      user: "alice",
      metadata: { tags: ["x"] },
      cache: { ttl: 5 },
    };
    expect(canonicalText(other)).toBe(canonicalText(call));
  });

  it.each([
    ["a parameter", { ...call, temperature: 0.1 }],
    ["a word", { ...call, messages: [{ role: "user", content: "hi!" }] }],
    ["a type", { ...call, temperature: "0" }],
    ["the order of turns", { ...call, messages: [...call.messages, ...call.messages] }],
  ])("but not when they differ in %s", (_, other) => {
    expect(canonicalText(other)).not.toBe(canonicalText(call));
  });
});
