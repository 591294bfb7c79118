import { describe, expect, it } from "vitest";
import { gatherWhole } from "../../src/pipeline/gather-whole.ts";
import { bodyOf } from "./world.ts";

const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

describe("what a stream said", () => {
  it("is all of it, in order", async () => {
    expect(text(await gatherWhole(bodyOf(["one ", "two"]), 100, undefined))).toBe("one two");
    expect(text(await gatherWhole(bodyOf([]), 100, undefined))).toBe("");
  });

  it("is nothing when it broke, or is too long", async () => {
    expect(await gatherWhole(bodyOf(["one"], "breaks"), 100, undefined)).toBeUndefined();
    expect(await gatherWhole(bodyOf(["one", "two"], "falls silent"), 5, undefined)).toBeUndefined();
  });

  it("is nothing when it was cut, though it never ends", async () => {
    const leaving = new AbortController();
    const gathered = gatherWhole(bodyOf(["one"], "falls silent"), 100, leaving.signal);
    setTimeout(() => leaving.abort(), 20);
    expect(await gathered).toBeUndefined();
    expect(await gatherWhole(bodyOf(["one"]), 100, leaving.signal)).toBeUndefined();
  });
});
