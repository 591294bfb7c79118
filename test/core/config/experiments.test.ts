import { describe, expect, it } from "vitest";
import { load, problemsOf, warningsOf } from "./sample.ts";

const demo = (name: string) => ({ model_name: name, litellm_params: { model: "demo/demo" } });

function configOf(changes: object, more: object = {}) {
  const experiment = {
    name: "try",
    model: "m",
    variants: [
      { name: "one", model: "m", percent: 50 },
      { name: "two", model: "n", percent: 50 },
    ],
    ...changes,
  };
  return {
    model_list: [demo("m"), demo("n")],
    sekisho_settings: { experiments: [experiment] },
    ...more,
  };
}

const variants = (...all: [name: string, model: string, percent: number][]) =>
  configOf({ variants: all.map(([name, model, percent]) => ({ name, model, percent })) });

describe("an experiment in the file", () => {
  it("is read with all to one variant, and none to another", () => {
    expect(load(variants(["one", "m", 0], ["two", "n", 100]))).toMatchObject({
      ok: true,
      warnings: [],
    });
  });

  it.each<[string, object, string]>([
    ["shares that are not a whole", variants(["a", "m", 50], ["b", "n", 40]), "90 percent"],
    ["a share below none", variants(["a", "m", -1], ["b", "n", 101]), "percent"],
    ["a variant nobody serves", variants(["a", "m", 50], ["b", "gone", 50]), "gone"],
    [
      "two variants of one name",
      variants(["a", "m", 50], ["a", "n", 50]),
      "another variant's name",
    ],
  ])("is refused with %s", (_, config, said) => {
    expect(problemsOf(config).join("\n")).toContain(said);
  });

  it("is told of when it tests nothing: no such model, or only an alias", () => {
    expect(warningsOf(configOf({ model: "gone" }))).toContainEqual(
      expect.stringContaining("no model_name is gone"),
    );
    const alias = { router_settings: { model_group_alias: { short: "m" } } };
    expect(warningsOf(configOf({ model: "short" }, alias))).toContainEqual(
      expect.stringContaining("an alias does not count"),
    );
  });
});
