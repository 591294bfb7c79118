import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import page from "../../../docs/model-facts.md?raw";
import { factsDocument } from "../../../src/core/facts/document.ts";
import { load } from "../config/sample.ts";

describe("docs/model-facts.md", () => {
  it("shows a document that loads as it stands there", () => {
    const [, example = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    const raw: unknown = parse(example);
    expect(raw).toHaveProperty("sekisho_settings.model_facts.models");
    const result = load(raw);
    expect(result.ok).toBe(true);
    expect(result.warnings.filter((one) => one.path.includes("model_facts"))).toEqual([]);
  });

  it("names every member there is, and none else", () => {
    const { models, claude_surfaces: surfaces, vendors, schemas } = factsDocument.shape;
    const members = [
      ...Object.keys(models.unwrap().element.shape.converse.unwrap().shape),
      ...Object.keys(schemas.unwrap().valueType.shape),
      ...Object.keys(factsDocument.shape),
      ...Object.keys(models.unwrap().element.shape),
      ...Object.keys(surfaces.unwrap().valueType.shape),
      ...Object.keys(vendors.unwrap().valueType.shape),
    ];
    for (const member of members) expect(page).toContain(`\`${member}\``);
    const rows = [...page.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, names = ""]) =>
      [...names.matchAll(/\w+/g)].map(String),
    );
    expect(rows.filter((name) => !members.includes(name))).toEqual([]);
  });
});
