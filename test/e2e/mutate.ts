import type { Random } from "../core/ledger/random.ts";

/** JSON as a tree of anything; bodies are mutated without knowing what they mean. */
export type Tree = null | boolean | number | string | Tree[] | { [name: string]: Tree };

export interface Mutation {
  body: Tree;
  /** The member of the body that was touched. */
  field: string;
}

/** Changes one place of a body: other values, other types, gone, doubled, renamed, or moved. */
export function mutate(original: Tree, random: Random): Mutation {
  const body = structuredClone(original);
  const places = placesIn(body, "");
  const place = pick(places, random);
  const elsewhere = pick(places, random);
  const change = pick(CHANGES, random);
  change(place, () => structuredClone(elsewhere.get()), random);
  return { body, field: place.field };
}

interface Place {
  /** The top-level member it is in. */
  field: string;
  get(): Tree;
  set(value: Tree): void;
  remove(): void;
  rename(name: string): void;
}

function placesIn(node: Tree, field: string): Place[] {
  if (node === null || typeof node !== "object") return [];
  if (Array.isArray(node)) {
    return node.flatMap((child, index) => [
      {
        field,
        get: () => node[index] ?? null,
        set: (value) => void (node[index] = value),
        remove: () => void node.splice(index, 1),
        rename: () => void node.reverse(),
      },
      ...placesIn(child, field),
    ]);
  }
  return Object.entries(node).flatMap(([name, child]) => [
    {
      field: field || name,
      get: () => node[name] ?? null,
      set: (value) => void (node[name] = value),
      remove: () => void delete node[name],
      rename: (to) => {
        delete node[name];
        node[to] = child;
      },
    },
    ...placesIn(child, field || name),
  ]);
}

type Change = (place: Place, elsewhere: () => Tree, random: Random) => void;

const CHANGES: Change[] = [
  (place, _, random) => place.set(pick(ODD, random)),
  (place, _, random) => place.set(pick(ODD, random)),
  (place, elsewhere) => place.set(elsewhere()),
  (place) => place.remove(),
  (place, _, random) => place.rename(pick(NAMES, random)),
  (place) => place.set([place.get()]),
  (place) => place.set([place.get(), place.get()]),
  (place) => place.set({ type: place.get() }),
  (place) => place.set(String(place.get())),
];

const ODD: Tree[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  "",
  " ",
  "x".repeat(20_000),
  "\u0000",
  "\ud800",
  "👩‍💻",
  "__proto__",
  "data:image/png;base64,",
  "https://",
  "{",
  [],
  [[]],
  [null],
  {},
  { type: "text" },
  { type: "tool_use" },
  { type: "tool_result", content: [{}] },
  { type: "image_url", image_url: "x" },
  { type: "image", source: {} },
  { type: "thinking", thinking: "hm", signature: "AAAA" },
  { role: "tool" },
  { role: "system", content: "late" },
  { cache_control: { type: "ephemeral", ttl: "2h" } },
  Array.from({ length: 300 }, () => ({})),
];

const NAMES = ["__proto__", "constructor", "toString", "x", "content", "type", "0", ""];

function pick<Item>(list: readonly Item[], random: Random): Item {
  const item = random.pick(list);
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}
