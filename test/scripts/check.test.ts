import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

// One copy holds every mistake, and the checks run over it once: each alone would cost seconds.
const mistakes = {
  "src/core/wrong-type.ts": `export const count: number = "three";\n`,
  "src/core/lost-promise.ts": `export async function settle(): Promise<void> {}\nsettle();\n`,
  "src/core/void-promise.ts": `export async function charge(): Promise<void> {}\nvoid charge();\n`,
  "src/core/reaches-up.ts": `export { name } from "../dialects/name.ts";\n`,
  "src/core/deep/type-up.ts": `export type { Name } from "../../dialects/name.ts";\n`,
  "src/core/imports-hono.ts": `export { Hono } from "hono";\n`,
  "src/dialects/name.ts": `export const name = "name";\nexport type Name = string;\n`,
  "src/providers/composes.ts": `export { compose } from "../compose.ts";\n`,
  "src/platform/leaves.ts": `export { help } from "../../test/help.ts";\n`,
  "src/pipeline/any.ts": `export const anything: any = JSON.parse("1");\n`,
  "src/pipeline/prints.ts": `console.log("a prompt");\n`,
  "src/core/clock.ts": `export const nowMs = () => Date.now();\n`,
  "src/core/forgets.ts": `export function rank(fault: "client" | "gateway"): number {
  switch (fault) {
    case "client":
      return 1;
  }
  return 0;
}\n`,
  "src/http/long.ts": "export {};\n".repeat(351),
  "src/http/ugly.ts": `export const   ugly = {a:1}\n`,
  "src/compose.ts": `export const compose = 1;\n`,
  "test/help.ts": `export const help = 1;\n`,
};

const project = path.resolve(import.meta.dirname, "../..");
const copy = mkdtempSync(path.join(tmpdir(), "sekisho-check-"));
let output = "";
let status: number | null = 0;

beforeAll(() => {
  const settings = ["tsconfig.json", "tsconfig.base.json", "tsconfig.worker.json"];
  for (const name of [...settings, "tsconfig.node.json", "oxlint.config.ts", ".oxfmtrc.json"]) {
    cpSync(path.join(project, name), path.join(copy, name));
  }
  for (const name of ["package.json", "package-lock.json", ".gitignore", "scripts"]) {
    cpSync(path.join(project, name), path.join(copy, name), { recursive: true });
  }
  symlinkSync(path.join(project, "node_modules"), path.join(copy, "node_modules"));
  for (const [file, text] of Object.entries(mistakes)) {
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    writeFileSync(path.join(copy, file), text);
  }
  const check = ["scripts/check.mjs", "types", "lint", "format"];
  const result = spawnSync(process.execPath, check, { cwd: copy, encoding: "utf8" });
  ({ status } = result);
  // Where a finding stands is told under what it is, so the lines are joined to be searched.
  output = (result.stdout + result.stderr).replaceAll(/\s+/g, " ");
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

it("fails when anything is wrong", () => {
  expect(status).toBe(1);
  expect(output).toContain("FAILED types");
  expect(output).toContain("FAILED lint");
  expect(output).toContain("FAILED format");
});

it.each([
  ["a wrong type", "src/core/wrong-type.ts(1,14): error TS2322"],
  ["a lost promise", "no-floating-promises", "src/core/lost-promise.ts:2"],
  ["a promise hidden behind void", "no-floating-promises", "src/core/void-promise.ts:2"],
  ["an import of a folder above", "no other folder", "src/core/reaches-up.ts:1"],
  ["an upward import of a type alone", "no other folder", "src/core/deep/type-up.ts:1"],
  ["a package in core", "core takes no package but zod", "src/core/imports-hono.ts:1"],
  ["an import of an entry file", "does not reach up", "src/providers/composes.ts:1"],
  ["an import from outside src", "imports nothing outside src", "src/platform/leaves.ts:1"],
  ["an any", "no-explicit-any", "src/pipeline/any.ts:1"],
  ["console output", "no-console", "src/pipeline/prints.ts:1"],
  ["a clock read by pure code", "no-restricted-properties", "src/core/clock.ts:1"],
  ["a forgotten case", "switch-exhaustiveness-check", "src/core/forgets.ts:2"],
  ["a file that grew too long", "max-lines", "src/http/long.ts"],
  ["a file that is not formatted", "src/http/ugly.ts ("],
])("names %s", (_, ...words) => {
  for (const word of words) expect(output).toContain(word);
});
