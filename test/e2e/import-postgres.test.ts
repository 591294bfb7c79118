import { expect, test } from "vitest";
import { rowsOfCsv, tablesOfDump } from "../../scripts/lib/import/postgres.ts";
import { batchesOf } from "../../scripts/lib/import/send.ts";

/** Postgres writes tables in two ways, and both have corners. */
test("CSV keeps quotes, commas, line ends and the difference between nothing and empty", () => {
  const text =
    "\uFEFFtoken,key_alias,models,metadata,blocked,spend\r\n" +
    'a,"said ""hi"", twice\nand left","{gpt-4o,""a, b"",""back\\\\slash""}","{""tags"": [""x""]}",t,0.5\r\n' +
    'b,"",{},,,\r\n';
  expect(rowsOfCsv(text)).toEqual([
    {
      token: "a",
      key_alias: 'said "hi", twice\nand left',
      models: ["gpt-4o", "a, b", "back\\slash"],
      metadata: { tags: ["x"] },
      blocked: true,
      spend: "0.5",
    },
    { token: "b", key_alias: "", models: [], metadata: null, blocked: null, spend: null },
  ]);
  expect(() => rowsOfCsv('a,b\n"never closed')).toThrow("no CSV");
});

test("a dump gives every table by its name, with its escapes undone", () => {
  const dump = [
    'COPY public."LiteLLM_TagTable" (tag_name, description, models) FROM stdin;',
    "one\tfirst\\nsecond\\tthird \\\\ fourth\t{}",
    "two\t\\N\t{demo}",
    "\\.",
    "SELECT 1;",
    'COPY public."LiteLLM_Config" (param_name, param_value) FROM stdin;',
    "\\.",
  ].join("\n");
  const tables = tablesOfDump(dump);
  expect(tables.get("LiteLLM_TagTable")).toEqual([
    { tag_name: "one", description: "first\nsecond\tthird \\ fourth", models: [] },
    { tag_name: "two", description: null, models: ["demo"] },
  ]);
  expect(tables.get("LiteLLM_Config")).toEqual([]);
});

test("batches stay below what the gateway takes in one call", () => {
  const small = Array.from({ length: 250 }, (_, index) => ({ id: index }));
  expect(batchesOf(small).map((batch) => batch.length)).toEqual([100, 100, 50]);
  const large = Array.from({ length: 5 }, () => ({ metadata: "x".repeat(90_000) }));
  expect(batchesOf(large).map((batch) => batch.length)).toEqual([2, 2, 1]);
});
