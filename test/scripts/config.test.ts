import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { compileConfig } from "../../scripts/lib/config-file.ts";

const folder = mkdtempSync(path.join(tmpdir(), "sekisho-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

const demo = "model_list:\n  - model_name: demo\n    litellm_params: { model: demo/demo }\n";

it("gives the source, a version, the content and the variables it names", () => {
  const file = write("plain.yaml", `${demo}general_settings:\n  master_key: os.environ/MY_KEY\n`);
  const { compiled, variables } = compileConfig(file, () => ({ MY_KEY: "sk-1" }));
  expect(compiled.source).toMatch(/plain\.yaml$/);
  expect(compiled.version).toMatch(/^[0-9a-f]{12}$/);
  expect(compiled.config["general_settings"]).toEqual({ master_key: "os.environ/MY_KEY" });
  expect(variables).toEqual(["MY_KEY"]);
});

it("appends included lists, takes other included values, and versions both files", () => {
  const second = "model_list:\n  - model_name: second\n    litellm_params: { model: demo/demo }\n";
  write("second.yaml", second);
  const file = write("first.yaml", `include: [second.yaml]\n${demo}`);
  const before = compileConfig(file).compiled;
  expect(before.config["model_list"]).toHaveLength(2);
  expect(before.config).not.toHaveProperty("include");
  write("second.yaml", `${second}# changed\n`);
  expect(compileConfig(file).compiled.version).not.toBe(before.version);
});

it("says where the YAML breaks and what to do", () => {
  const file = write("broken.yaml", "model_list:\n  - model_name: [demo\n");
  expect(() => compileConfig(file)).toThrow(/broken\.yaml:\d+:\d+: [\s\S]*Correct the YAML/);
});

it("says which file is missing and who includes it", () => {
  expect(() => compileConfig(path.join(folder, "absent.yaml"))).toThrow(
    /absent\.yaml: no such file/,
  );
  const file = write("parent.yaml", "include: [absent.yaml]\n");
  expect(() => compileConfig(file)).toThrow(
    /absent\.yaml: no such file\. .*parent\.yaml includes it/,
  );
});

it("refuses a file that includes itself", () => {
  expect(() => compileConfig(write("loop.yaml", "include: [loop.yaml]\n"))).toThrow(
    /includes itself/,
  );
});

it("names the path of a value the gateway cannot use", () => {
  expect(() => compileConfig(write("wrong.yaml", "model_list: 7\n"))).toThrow(/model_list: /);
});
