import { describe, expect, it } from "vitest";
import { readCacheWish } from "../../src/core/answer-cache.ts";

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

  it("keeps nothing that lives no time, and reads a time that is none as zero", () => {
    for (const ttl of [0, -5, "0", 0.0001]) {
      expect(readCacheWish({ cache: { ttl } }, null, ON)).toMatchObject({ keeps: false });
    }
    expect(readCacheWish({ cache: { "s-maxage": -1 } }, null, ON)).toMatchObject({ ageMsMax: 0 });
    for (const ttl of ["", " ", "1e999", null, true, [], {}]) {
      expect(readCacheWish({ cache: { ttl } }, null, ON)?.ttlMs).toBe(600_000);
    }
    expect(readCacheWish({ cache: { ttl: 1.0004 } }, null, ON)?.ttlMs).toBe(1_000);
  });

  it("is nothing to read and nothing to keep where both are forbidden", () => {
    expect(readCacheWish({ cache: { ttl: 0 } }, "no-cache", ON)).toBeUndefined();
    const asText = { cache: { "use-cache": "true" } };
    expect(readCacheWish(asText, null, { ...ON, byDefault: false })?.reads).toBe(true);
  });
});
