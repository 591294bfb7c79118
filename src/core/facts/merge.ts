/**
 * Entries of several mappings, the first mapping's first; a name that occurs again is the earlier
 * mapping's.
 */
export function mergedEntries<Value>(
  mappings: readonly (Readonly<Record<string, Value>> | undefined)[],
): [string, Value][] {
  const merged = new Map<string, Value>();
  for (const mapping of mappings) {
    for (const [name, value] of Object.entries(mapping ?? {})) {
      if (!merged.has(name)) merged.set(name, value);
    }
  }
  return [...merged];
}

/** The entries that were not lifted by `false`. */
export function keptEntries<Value>(
  mappings: readonly (Readonly<Record<string, Value>> | undefined)[],
): [string, Exclude<Value, false>][] {
  return mergedEntries(mappings).flatMap(([name, value]) =>
    isKept(value) ? [[name, value] satisfies [string, Exclude<Value, false>]] : [],
  );
}

function isKept<Value>(value: Value): value is Exclude<Value, false> {
  return value !== false;
}

/** The names that are meant. */
export function keptNames(
  mappings: readonly (Readonly<Record<string, boolean>> | undefined)[],
): string[] {
  return keptEntries(mappings).map(([name]) => name);
}

/** What the first mapping says that says anything. */
export function firstSaid<Value>(values: readonly (Value | undefined)[]): Value | undefined {
  return values.find((value) => value !== undefined);
}
