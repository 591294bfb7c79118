/** Entries of a `models` list that are not names of models. */
const ALL_MODELS = new Set(["all-proxy-models", "*"]);
/** In a key's list: whatever the team may use. The team's own list is checked besides. */
const INHERITED = "all-team-models";

/**
 * Whether a `models` list lets this model through, as LiteLLM reads such lists: an empty one means
 * every model; an entry is a public model name, a pattern such as `openai/*`, an access group, or one
 * of the special words. `no-default-models` names no model, so alone it denies everything.
 */
export function mayUseModel(
  models: readonly string[],
  model: string,
  accessGroups: readonly string[],
): boolean {
  if (models.length === 0) return true;
  return models.some(
    (entry) =>
      entry === model ||
      ALL_MODELS.has(entry) ||
      entry === INHERITED ||
      accessGroups.includes(entry) ||
      (entry.includes("*") && matchesPattern(entry, model)),
  );
}

/** `*` stands for any text. Walks the pieces in order instead of building a regular expression. */
function matchesPattern(pattern: string, text: string): boolean {
  const pieces = pattern.split("*");
  const first = pieces.shift() ?? "";
  const last = pieces.pop() ?? "";
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let rest = text.slice(first.length, text.length - last.length);
  for (const piece of pieces) {
    const at = rest.indexOf(piece);
    if (at === -1) return false;
    rest = rest.slice(at + piece.length);
  }
  return true;
}
