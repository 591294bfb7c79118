/** Random JSON *text*, so that spellings JavaScript would normalise away (`1.0`, `\u0041`) occur too. */
export interface RandomJson {
  object(depth?: number): string;
  below(limit: number): number;
  pick<Item>(list: readonly Item[]): Item;
}

export function randomJson(seed: number): RandomJson {
  let state = seed >>> 0;
  const next = (): number => {
    // Mulberry32: small, and the same in every run.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const pick = <Item>(list: readonly Item[]): Item => {
    const item = list[below(list.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  };
  const space = (): string => pick(["", "", "", " ", "\n\t", "  \r\n"]);
  const value = (depth: number): string => {
    const kind = below(depth > 0 ? 6 : 4);
    if (kind < 4) return pick(kind === 0 ? STRINGS : SCALARS);
    return kind === 4 ? array(depth - 1) : object(depth - 1);
  };
  const list = (items: string[], open: string, close: string): string =>
    `${open}${space()}${items.map((item) => `${item}${space()}`).join(`,${space()}`)}${close}`;
  const array = (depth: number): string =>
    list(
      Array.from({ length: below(4) }, () => value(depth)),
      "[",
      "]",
    );
  const object = (depth = 3): string =>
    list(
      Array.from({ length: below(6) }, () => `${pick(NAMES)}${space()}:${space()}${value(depth)}`),
      "{",
      "}",
    );
  return { object, below, pick };
}

export const NAMES = [
  '"model"',
  '"messages"',
  '"stream"',
  '"__proto__"',
  '"constructor"',
  '"a\\"b"',
  '"\\u006dodel"',
  '"7"',
  '""',
  '"日本\\\\"',
  '"max_tokens"',
] as const;

const STRINGS = [
  '""',
  '"plain"',
  '"quote \\" and brace }"',
  '"ends in a backslash \\\\"',
  '"\\\\\\" both"',
  '"\\u0041\\n"',
  '"},\\"model\\":\\"evil\\""',
  '"😀 日本"',
] as const;

const SCALARS = [
  "1.0",
  "12345678901234567890",
  "-0",
  "1e400",
  "true",
  "false",
  "null",
  "0.10",
] as const;
