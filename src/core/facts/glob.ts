/**
 * Patterns of names, as people write them in a configuration: `*` is anything, `[5-9]` one of these
 * characters, `{a,b}` either of these. Not regular expressions: each piece is searched for once, from
 * the left, so no pattern that an operator can write keeps an isolate busy.
 */
export type Glob = (name: string) => boolean;

const PATTERN_CHARACTERS_MAX = 200;
/** What the braces of one pattern may multiply to. */
const ALTERNATIVES_MAX = 64;
/** Longer than any model's name, an ARN included; what follows decides nothing. */
const NAME_CHARACTERS_MAX = 2_048;

const CLASS = /\[([^\][{},*]+)\]/g;
const BRACES = /\{([^{}]*)\}/g;

/** What is wrong with a pattern; `undefined` when nothing is. */
export function globProblem(pattern: string): string | undefined {
  if (pattern === "") return "must not be empty";
  if (pattern.length > PATTERN_CHARACTERS_MAX)
    return `must have at most ${PATTERN_CHARACTERS_MAX} characters`;
  if (!/^[!-~]+$/.test(pattern)) return "must be plain characters without spaces";
  const withoutClasses = pattern.replaceAll(CLASS, "");
  if (/[[\]{}]/.test(withoutClasses.replaceAll(BRACES, "")))
    return "has a bracket without its partner, or one inside another";
  return countAlternatives(withoutClasses) > ALTERNATIVES_MAX
    ? `means more than ${ALTERNATIVES_MAX} patterns: write fewer alternatives`
    : undefined;
}

/** Whether any of these patterns fits. Expects patterns without a problem. */
export function compileGlobs(patterns: readonly string[]): Glob {
  const alternatives = patterns.flatMap(alternativesOf).map(piecesOf);
  return (name) => {
    const text = name.slice(0, NAME_CHARACTERS_MAX);
    return alternatives.some((pieces) => fits(pieces, text));
  };
}

function countAlternatives(pattern: string): number {
  const groups = [...pattern.matchAll(BRACES)];
  return groups.reduce((count, [, inner = ""]) => count * inner.split(",").length, 1);
}

/** The patterns without braces that one with braces stands for. */
function alternativesOf(pattern: string): string[] {
  const [braces, inner = ""] = new RegExp(BRACES.source).exec(pattern) ?? [];
  if (braces === undefined) return [pattern];
  return inner.split(",").flatMap((one) => alternativesOf(pattern.replace(braces, () => one)));
}

/** What stands between two stars: a text, or at each place the characters that may stand there. */
type Piece = string | ReadonlySet<string>[];

function piecesOf(pattern: string): Piece[] {
  return pattern.split("*").map((piece) => (piece.includes("[") ? placesOf(piece) : piece));
}

function placesOf(piece: string): ReadonlySet<string>[] {
  const places = piece.matchAll(new RegExp(`${CLASS.source}|(.)`, "g"));
  return [...places].map(([, inner, character = ""]) =>
    inner === undefined ? new Set(character) : charactersIn(inner),
  );
}

/** `5-9/` is five characters and a slash; a dash at either end is itself. */
function charactersIn(inner: string): ReadonlySet<string> {
  const characters = new Set<string>();
  for (const [, from, to, single] of inner.matchAll(/(.)-(.)|(.)/g)) {
    if (single !== undefined) characters.add(single);
    const last = to?.charCodeAt(0) ?? 0;
    for (let code = from?.charCodeAt(0) ?? 1; code <= last; code += 1)
      characters.add(String.fromCharCode(code));
  }
  return characters;
}

/** The first piece stands at the start, the last at the end, the others in order between them. */
function fits(pieces: readonly Piece[], name: string): boolean {
  const [first = "", ...others] = pieces;
  const last = others.pop();
  if (last === undefined) return name.length === first.length && standsAt(first, name, 0);
  if (!standsAt(first, name, 0)) return false;
  let from = first.length;
  for (const piece of others) {
    const at = find(piece, name, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  const end = name.length - last.length;
  return end >= from && standsAt(last, name, end);
}

function find(piece: Piece, name: string, from: number): number {
  if (typeof piece === "string") return name.indexOf(piece, from);
  for (let at = from; at + piece.length <= name.length; at += 1)
    if (standsAt(piece, name, at)) return at;
  return -1;
}

function standsAt(piece: Piece, name: string, at: number): boolean {
  if (typeof piece === "string") return name.startsWith(piece, at);
  return piece.every((characters, index) => characters.has(name[at + index] ?? ""));
}
