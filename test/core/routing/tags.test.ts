import { describe, expect, it } from "vitest";
import { filterByTags } from "../../../src/core/routing/tags.ts";

const LIST = [
  { id: "free", tags: ["free"] },
  { id: "paid", tags: ["paid", "eu"] },
  { id: "default", tags: ["default"] },
  { id: "none", tags: [] },
];

function kept(tags: string[], matchAny = true, list = LIST): string[] | undefined {
  return filterByTags(list, tags, matchAny)?.map((one) => one.id);
}

describe("tags", () => {
  it.each<[string, string[], string[] | undefined]>([
    ["one that matches", ["free"], ["free"]],
    ["any of several", ["free", "paid"], ["free", "paid"]],
    ["none: the default serves", [], ["default"]],
    ["an unknown one: the default serves", ["other"], ["default"]],
    ["a required one", ["&eu"], ["paid"]],
    ["a required one beside others", ["free", "paid", "&eu"], ["paid"]],
    ["a refused one", ["free", "paid", "!eu"], ["free"]],
    ["a refused one alone", ["!free"], ["default"]],
    ["a required one nobody has", ["free", "&hipaa"], undefined],
  ])("%s", (_, tags, expected) => {
    expect(kept(tags)).toEqual(expected);
  });

  it("all of several, where one is not enough", () => {
    expect(kept(["paid", "eu"], false)).toEqual(["paid"]);
    expect(kept(["paid", "free"], false)).toEqual(["default"]);
  });

  it("without a default, all serve who has no tags and none serves a stranger", () => {
    const list = LIST.filter((one) => one.id !== "default");
    expect(kept([], true, list)).toEqual(["free", "paid", "none"]);
    expect(kept(["other"], true, list)).toBeUndefined();
  });
});
