import { describe, expect, it } from "vitest";
import { drawVariant, variantTag, type Experiment } from "../../src/core/experiments.ts";

const EXPERIMENT: Experiment = {
  name: "newer",
  model: "sonnet",
  subject: "session",
  variants: [
    { name: "old", model: "sonnet-4", percent: 80 },
    { name: "new", model: "sonnet-5", percent: 20 },
  ],
};

function draw(session: string | null, end_user: string | null = null, key = "k") {
  return drawVariant(EXPERIMENT, { session, end_user, key })?.name;
}

describe("an experiment", () => {
  it("gives each variant its share of subjects", () => {
    const drawn = Array.from({ length: 20_000 }, (_, index) => draw(`session-${index}`));
    const share = drawn.filter((name) => name === "new").length / drawn.length;
    expect(share).toBeGreaterThan(0.19);
    expect(share).toBeLessThan(0.21);
  });

  it("gives the same subject the same variant, and another experiment draws anew", () => {
    const names = Array.from({ length: 200 }, (_, index) => `session-${index}`);
    for (const name of names) expect(draw(name)).toBe(draw(name));
    const other = { ...EXPERIMENT, name: "other" };
    const moved = names.filter(
      (session) =>
        drawVariant(other, { session, end_user: null, key: "k" })?.name !== draw(session),
    );
    expect(moved.length).toBeGreaterThan(30);
  });

  it("knows a call without a session by its end user, and then by its key", () => {
    const byUser = Array.from({ length: 100 }, (_, index) => draw(null, `user-${index}`));
    expect(new Set(byUser)).toEqual(new Set(["old", "new"]));
    const byKey = Array.from({ length: 100 }, (_, index) => draw(null, null, `key-${index}`));
    expect(new Set(byKey)).toEqual(new Set(["old", "new"]));
  });

  it("gives all to a variant with a hundred percent and none to one with zero", () => {
    const variants = [
      { name: "none", model: "a", percent: 0 },
      { name: "all", model: "b", percent: 100 },
    ];
    const one = { ...EXPERIMENT, variants };
    for (let index = 0; index < 500; index += 1) {
      const subject = { session: `s${index}`, end_user: null, key: "k" };
      expect(drawVariant(one, subject)?.name).toBe("all");
    }
  });

  it("gives none to a variant with zero, though the others' shares are a little short", () => {
    const variants = [
      { name: "all", model: "a", percent: 0.001 },
      { name: "none", model: "b", percent: 0 },
    ];
    const subject = { session: "s", end_user: null, key: "k" };
    expect(drawVariant({ ...EXPERIMENT, variants }, subject)?.name).toBe("all");
  });

  it("is told in records by a tag", () => {
    const [, variant] = EXPERIMENT.variants;
    expect(variant && variantTag(EXPERIMENT, variant)).toBe("experiment:newer=new");
  });
});
