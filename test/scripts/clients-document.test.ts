import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string): Promise<string> => readFile(path.join(root, file), "utf8");

test("docs/clients.md names the clients that are driven, and only at the versions that are", async () => {
  const files = (await readdir(path.join(root, "test/clients"))).map(
    (name) => `test/clients/${name}`,
  );
  const tests = (await Promise.all(files.map(read))).join("\n");
  // Every package and version a client is installed at stands in quotes: `"cline@3.0.65"`.
  const pins = tests.matchAll(/(?:setUpClient\(|PINNED = )"([^"]+@\d[^"]*)"/gu);
  const driven = [...pins].map((found) => found[1]);
  const document = await read("docs/clients.md");
  const named = [...document.matchAll(/^\|.*\| `([^`]+@\d[^`]*)` \|/gmu)].map((found) => found[1]);
  expect(named.toSorted()).toEqual([...new Set(driven)].toSorted());
});

test("docs/clients.md names SDKs at the versions the tests use", async () => {
  const document = await read("docs/clients.md");
  const rows = [...document.matchAll(/^\| `([^`]+)` \| (\d[\d.]+) \|/gmu)];
  const { devDependencies } = JSON.parse(await read("package.json")) as {
    devDependencies: Record<string, string>;
  };
  expect(rows.length).toBeGreaterThan(0);
  for (const [, name = "", version] of rows)
    expect([name, devDependencies[name]]).toEqual([name, version]);
});
