import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { usualVariableNames } from "../../src/core/config/connection.ts";
import * as known from "../../src/core/config/known-settings.ts";
import { routingSettings } from "../../src/core/config/router-schema.ts";

const folders = [".", "docs", "docs/decisions"];
const documents = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join(folder, name)),
);

const read = (file: string) => readFileSync(file, "utf8");

/** GitHub's rule for what a heading is called in an address. */
function anchorsOf(file: string): string[] {
  const headings = read(file).matchAll(/^#+ (.+)$/gm);
  return Array.from(headings, ([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("a link in a document", () => {
  it.each(documents)("of %s leads to a file and a heading that are there", (file) => {
    for (const [, link = ""] of read(file).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [target = "", anchor] = link.split("#");
      const pointed = target === "" ? file : path.join(path.dirname(file), target);
      expect(existsSync(pointed), `${file} → ${link}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(pointed), `${file} → ${link}`).toContain(anchor);
    }
  });
});

describe("every setting that has an effect", () => {
  const configuration = read("docs/configuration.md");
  const routing = read("docs/routing.md");

  it.each([
    ["of a model", configuration, [...known.LITELLM_PARAMS.acted]],
    ["of litellm_settings", configuration, [...known.LITELLM_SETTINGS.acted]],
    ["of general_settings", configuration, [...known.GENERAL_SETTINGS.acted]],
    ["of sekisho_settings", configuration, [...known.SEKISHO_SETTINGS.acted]],
    ["of router_settings", routing, [...known.ROUTER_SETTINGS.acted]],
    ["of sekisho_settings.routing", routing, Object.keys(routingSettings.shape)],
  ])("%s is in the documents", (_, document, settings) => {
    expect(settings.filter((name) => !new RegExp(`\\b${name}\\b`).test(document))).toEqual([]);
  });

  it("by a variable is there too, unless the rule for all others says it", () => {
    const ruled = /^([A-Z_]+)_API_(KEY|BASE)$/;
    const special = usualVariableNames().filter((name) => !ruled.test(name));
    expect(special.filter((name) => !configuration.includes(`\`${name}\``))).toEqual([]);
  });
});
