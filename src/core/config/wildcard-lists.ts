import type { Deployment, WildcardGroup } from "./deployment.ts";

/**
 * Groups that wildcards make on demand, changed or joined. Whoever asks twice for a name gets the same
 * list, because what is remembered of a group is remembered by its list.
 */
export function mapWildcards(
  groups: readonly WildcardGroup[],
  change: (one: Deployment) => Deployment,
): WildcardGroup[] {
  return groups.map((group) => {
    const changed = new WeakMap<readonly Deployment[], readonly Deployment[]>();
    return {
      ...group,
      deploymentsFor: (name) => {
        const made = group.deploymentsFor(name);
        const known = changed.get(made) ?? made.map(change);
        changed.set(made, known);
        return known;
      },
    };
  });
}

/** The same pattern in both is one group; the most specific pattern comes first. */
export function joinWildcards(
  base: readonly WildcardGroup[],
  added: readonly WildcardGroup[],
): WildcardGroup[] {
  const byPattern = Map.groupBy([...base, ...added], ({ pattern }) => pattern);
  return [...byPattern.values()]
    .flatMap(([first, second]) =>
      first === undefined ? [] : [second === undefined ? first : joined(first, second)],
    )
    .toSorted((a, b) => specificity(b) - specificity(a) || a.pattern.length - b.pattern.length);
}

function joined(first: WildcardGroup, second: WildcardGroup): WildcardGroup {
  const lists = new WeakMap<readonly Deployment[], readonly Deployment[]>();
  return {
    ...first,
    deploymentsFor: (name) => {
      const some = first.deploymentsFor(name);
      const more = second.deploymentsFor(name);
      if (some.length === 0 || more.length === 0) return some.length === 0 ? more : some;
      const known = lists.get(some) ?? [...some, ...more];
      lists.set(some, known);
      return known;
    },
  };
}

function specificity({ pattern }: WildcardGroup): number {
  return pattern.replaceAll("*", "").length;
}
