import type { Deployment, WildcardGroup } from "./deployment.ts";

/** Makes an entry's deployment for a concrete name; nothing when its provider has no such model. */
export interface WildcardEntry {
  pattern: string;
  make(matched: readonly string[], name: string): Deployment | undefined;
}

/** Names come from callers: so many are remembered, and then one begins again. */
const NAMES_REMEMBERED_MAX = 500;
/** No model is called by a longer name, an ARN included. */
const NAME_CHARACTERS_MAX = 512;

/** Entries with the same `model_name` are one group. The most specific pattern comes first. */
export function wildcardGroups(entries: readonly WildcardEntry[]): WildcardGroup[] {
  const patterns = [...new Set(entries.map((entry) => entry.pattern))];
  return patterns
    .toSorted((a, b) => literalLength(b) - literalLength(a) || a.length - b.length)
    .map((pattern) =>
      groupOf(
        pattern,
        entries.filter((entry) => entry.pattern === pattern),
      ),
    );
}

function literalLength(pattern: string): number {
  return pattern.replaceAll("*", "").length;
}

function groupOf(pattern: string, entries: readonly WildcardEntry[]): WildcardGroup {
  const remembered = new Map<string, readonly Deployment[]>();
  return {
    pattern,
    deploymentsFor: (name) => {
      const known = remembered.get(name);
      if (known !== undefined) return known;
      const matched = matchPattern(pattern, name);
      if (matched === undefined) return [];
      const made = entries.flatMap((entry) => entry.make(matched, name) ?? []);
      if (remembered.size >= NAMES_REMEMBERED_MAX) remembered.clear();
      remembered.set(name, made);
      return made;
    },
  };
}

/** The most specific pattern that can serve a name. */
export function findWildcard(
  name: string,
  wildcards: readonly WildcardGroup[],
): readonly Deployment[] | undefined {
  return wildcards
    .values()
    .map((group) => group.deploymentsFor(name))
    .find((deployments) => deployments.length > 0);
}

/** What each star stands for, the shortest texts that fit from the left; undefined: it does not fit. */
export function matchPattern(pattern: string, name: string): string[] | undefined {
  if (name.length > NAME_CHARACTERS_MAX) return undefined;
  const [first = "", ...pieces] = pattern.split("*");
  if (!name.startsWith(first)) return undefined;
  const matched: string[] = [];
  let from = first.length;
  for (const [index, piece] of pieces.entries()) {
    const isLast = index === pieces.length - 1;
    const at = isLast ? name.length - piece.length : name.indexOf(piece, from);
    // A star stands for something: `openai/` names no model.
    if (at <= from || !name.startsWith(piece, at)) return undefined;
    matched.push(name.slice(from, at));
    from = at + piece.length;
  }
  return from === name.length ? matched : undefined;
}

/** Puts the matched texts in place of the stars, in order; the last serves any further ones. */
export function fillPattern(pattern: string, matched: readonly string[]): string {
  let index = 0;
  return pattern.replaceAll("*", () => matched[index++] ?? matched.at(-1) ?? "*");
}
