import { describe, expect, it } from "vitest";
import { createBodyPatch } from "../../src/core/body-patch.ts";
import { parseJson } from "../../src/core/json.ts";
import { objectIn } from "./parsed.ts";
import { NAMES, randomJson } from "./random-json.ts";
import { thrownBy } from "./thrown.ts";

function patched(text: string, edit: (body: ReturnType<typeof createBodyPatch>) => void): string {
  const body = createBodyPatch(text);
  edit(body);
  return body.text();
}

describe("a body patch", () => {
  it("gives the text back untouched when nothing is edited", () => {
    const text = ' {"a" : 1.0,\n "b":12345678901234567890, "a\\u0041":"\\u0041"} \n';
    expect(createBodyPatch(text).text()).toBe(text);
  });

  it("replaces one value and leaves every other byte alone", () => {
    const text = '{ "n": 1.0, "model" :\t"gpt" , "big": 12345678901234567890 }';
    expect(patched(text, (body) => body.set("model", "claude"))).toBe(
      '{ "n": 1.0, "model" :\t"claude" , "big": 12345678901234567890 }',
    );
  });

  it("appends a member that was not there", () => {
    expect(patched('{"a":1}', (body) => body.set("b", [2]))).toBe('{"a":1,"b":[2]}');
    expect(patched("{ }", (body) => body.set("b", null))).toBe('{ "b":null}');
  });

  it.each([
    ["first", "a", '{"b":2, "c":3}'],
    ["middle", "b", '{"a":1, "c":3}'],
    ["last", "c", '{"a":1, "b":2}'],
  ])("deletes the %s member with its comma", (_where, name, expected) => {
    expect(patched('{"a":1, "b":2, "c":3}', (body) => body.delete(name))).toBe(expected);
  });

  it("deletes the only member, and may be given one again", () => {
    expect(patched('{ "a" : 1 }', (body) => body.delete("a"))).toBe("{  }");
    const body = createBodyPatch('{"a":1}');
    body.delete("a");
    body.set("a", 2);
    expect(body.text()).toBe('{"a":2}');
  });

  it("deletes nothing, byte for byte, when the member is not there", () => {
    const text = '{"a": 1.0 }';
    expect(patched(text, (body) => body.delete("toString"))).toBe(text);
  });

  it("lets the last of several members of one name win, and keeps one of them", () => {
    const text = '{"model":"first","x":1,"mod\\u0065l":"second"}';
    expect(createBodyPatch(text).get("model")).toBe("second");
    expect(patched(text, (body) => body.set("model", "third"))).toBe(
      '{"x":1,"mod\\u0065l":"third"}',
    );
    expect(patched(text, (body) => body.delete("model"))).toBe('{"x":1}');
  });

  it("treats __proto__ as a member like any other", () => {
    const text = '{"__proto__":{"polluted":true},"a":1}';
    const body = createBodyPatch(text);
    expect(body.get("__proto__")).toEqual({ polluted: true });
    expect(body.names()).toEqual(["__proto__", "a"]);
    body.set("a", 2);
    expect(body.text()).toBe('{"__proto__":{"polluted":true},"a":2}');
    expect(body.has("polluted")).toBe(false);
  });

  it("answers what was edited, not what was sent", () => {
    const body = createBodyPatch('{"a":1,"b":2}');
    body.set("a", { deep: [1] });
    body.delete("b");
    body.set("c", 3);
    expect(body.get("a")).toEqual({ deep: [1] });
    expect(body.get("b")).toBeUndefined();
    expect(body.has("b")).toBe(false);
    expect(body.names()).toEqual(["a", "c"]);
  });

  it("keeps what was set even when the given object changes afterwards", () => {
    const value = { n: 1 };
    const body = createBodyPatch("{}");
    body.set("a", value);
    value.n = 2;
    expect(body.text()).toBe('{"a":{"n":1}}');
  });

  it("deletes a member that is set to undefined", () => {
    expect(patched('{"a":1,"b":2}', (body) => body.set("a", undefined))).toBe('{"b":2}');
  });

  it.each([
    "",
    "null",
    "[1]",
    '"text"',
    '{"a":}',
    '{"a":1',
    '{"a":1}}',
    "{a:1}",
    '{"a":1,}',
    "not json",
  ])("refuses %j, which is no JSON object", (text) => {
    expect(thrownBy(() => createBodyPatch(text)).code).toBe("invalid_json");
  });
});

describe("patching random documents", () => {
  it("changes one member as editing the parsed object would, and no other byte", () => {
    const random = randomJson(20261121);
    for (let round = 0; round < 3_000; round += 1) {
      const text = random.object();
      expectSameEdit(
        text,
        nameIn(random.pick(NAMES)),
        round % 3 === 0 ? undefined : `patched ${round}`,
      );
    }
  });
});

function expectSameEdit(text: string, name: string, value: string | undefined): void {
  const expected = new Map<string, unknown>(Object.entries(objectIn(text)));
  if (value === undefined) expected.delete(name);
  else expected.set(name, value);

  const result = patched(text, (body) => body.set(name, value));
  const actual = new Map<string, unknown>(Object.entries(objectIn(result)));
  expect(actual, text).toEqual(expected);

  const original = objectIn(text);
  if (value === undefined && !Object.hasOwn(original, name)) expect(result).toBe(text);
  if (value === undefined || countOf(text, name) > 1) return;
  // The edit is one contiguous change: what is before and after it is the original's.
  const at = result.indexOf(JSON.stringify(value));
  const after = result.slice(at + JSON.stringify(value).length);
  const isReplaced = Object.hasOwn(original, name);
  const before = result.slice(
    0,
    isReplaced ? at : result.lastIndexOf(`${JSON.stringify(name)}:`, at),
  );
  expect(text.startsWith(before.replace(/,$/, "")), `${text} → ${result}`).toBe(true);
  expect(text.endsWith(after), `${text} → ${result}`).toBe(true);
}

/** How often a name stands at the top level, in whatever spelling. */
function countOf(text: string, name: string): number {
  let count = 0;
  // A reviver sees each name once, so duplicates are found by their sources.
  for (const spelling of NAMES) {
    if (nameIn(spelling) === name) count += text.split(spelling).length - 1;
  }
  return count;
}

/** A member's name as its spelling in a text means it. */
function nameIn(spelling: string): string {
  const name = parseJson(spelling);
  return typeof name === "string" ? name : "";
}
