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

/** What a name stands for, and by whose word. */
export interface ModelAlias {
  scope: "key" | "team";
  model: string;
}

/** A model, under the name the caller sent. */
export interface ModelWish {
  asked: string;
  model: string;
  accessGroups: readonly string[];
  alias: ModelAlias | undefined;
}

/**
 * The first list that does not hold the model. Whoever names an alias lets it through their own list
 * by that name too; every other list must hold what it stands for, or an alias would be a way around.
 */
export function closedList<List extends { scope: string; models: readonly string[] }>(
  lists: readonly List[],
  { asked, model, accessGroups, alias }: ModelWish,
): List | undefined {
  return lists.find(
    ({ scope, models }) =>
      !mayUseModel(models, model, accessGroups) &&
      !(scope === alias?.scope && mayUseModel(models, asked, [])),
  );
}

/**
 * Whether an entry of per-model limits means this model, as in LiteLLM: by its public name, by that
 * name without the provider in front, or by a pattern.
 */
export function namesModel(entry: string, model: string): boolean {
  if (entry === model) return true;
  if (entry.includes("*")) return matchesPattern(entry, model);
  return entry === model.slice(model.lastIndexOf("/") + 1);
}

/** `*` stands for any text. Walks the pieces in order instead of building a regular expression. */
export function matchesPattern(pattern: string, text: string): boolean {
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
