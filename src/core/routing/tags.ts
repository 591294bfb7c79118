/** For deployments that serve who has no tag, or one that nothing matches. */
const DEFAULT_TAG = "default";

interface Tagged {
  tags: readonly string[];
}

/** A call's tags by what they ask: `!x` not there, `&x` there in any case, `x` there if possible. */
interface TagWishes {
  plain: string[];
  required: string[];
  refused: string[];
}

/**
 * LiteLLM's tag routing. Undefined: the tags fit no deployment, which is a refusal (401) and not a
 * lack of capacity. Without tags, deployments tagged `default` serve; without these, all do.
 */
export function filterByTags<One extends Tagged>(
  deployments: readonly One[],
  tags: readonly string[],
  matchAny: boolean,
): One[] | undefined {
  const { plain, required, refused } = wishesOf(tags);
  const allowed = deployments.filter(
    (one) =>
      required.every((tag) => one.tags.includes(tag)) &&
      !refused.some((tag) => one.tags.includes(tag)),
  );
  const defaults = allowed.filter((one) => one.tags.includes(DEFAULT_TAG));
  if (plain.length === 0) {
    const kept = defaults.length > 0 && required.length === 0 ? defaults : allowed;
    return kept.length > 0 || tags.length === 0 ? kept : undefined;
  }
  const matching = allowed.filter((one) => matches(one, plain, matchAny));
  const kept = matching.length > 0 ? matching : defaults;
  return kept.length > 0 ? kept : undefined;
}

function wishesOf(tags: readonly string[]): TagWishes {
  const after = (mark: string) =>
    tags.filter((tag) => tag.startsWith(mark)).map((tag) => tag.slice(mark.length));
  return {
    plain: tags.filter((tag) => !/^[!&]/.test(tag)),
    required: after("&"),
    refused: after("!"),
  };
}

function matches({ tags }: Tagged, wanted: readonly string[], matchAny: boolean): boolean {
  return matchAny
    ? wanted.some((tag) => tags.includes(tag))
    : wanted.every((tag) => tags.includes(tag));
}
