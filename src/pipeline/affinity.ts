import { isJsonObject, parseJson, type Json, type JsonObject } from "../core/json.ts";
import { CACHED_TOKENS_MIN } from "../core/routing/affinity.ts";
import type { Call } from "./call.ts";

/**
 * What keeps the calls of one conversation together, where the vendor has its prompt cached. Clients
 * that name their session are believed; of the others the beginning of the prompt, which stays the
 * same while a conversation grows, tells. Two accounts never share one. `null` where there is nothing
 * to keep.
 */
export async function affinityOf(call: Call): Promise<string | null> {
  // A short prompt is cached nowhere: its calls are better spread.
  if (guessCachedTokens(call) === 0) return null;
  const named = sessionOf(call);
  const text = named ?? beginningOf(call.body.value);
  return text === "" ? null : digest(`${call.caller.accountId}\n${text}`);
}

/** The pool writes it down, and nobody's words may be. Half of SHA-256 is more than enough to differ. */
async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const half = new Uint8Array(hash, 0, 16);
  return Array.from(half, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Claude Code's header and those like it are in `attribution`; bodies have three more. */
function sessionOf({ attribution, body: { value } }: Call): string | undefined {
  if (attribution.sessionId !== null) return `session:${attribution.sessionId}`;
  const { metadata, prompt_cache_key: cacheKey } = value;
  if (typeof cacheKey === "string" && cacheKey !== "") return `cache:${cacheKey}`;
  const userId = isJsonObject(metadata) ? metadata.user_id : undefined;
  return typeof userId === "string" ? sessionIn(userId) : undefined;
}

/**
 * Claude Code writes its session into `metadata.user_id`, as JSON or, before version 2, between
 * underscores. A user's id that names none is no conversation: one person has many.
 */
function sessionIn(userId: string): string | undefined {
  const parsed = userId.startsWith("{") ? parseJson(userId) : undefined;
  const session = isJsonObject(parsed) ? parsed.session_id : /_session_(.+)$/.exec(userId)?.[1];
  return typeof session === "string" ? `session:${session}` : undefined;
}

/** Where grammars have what is said once and for all, then the turns. */
const PREAMBLES = ["system", "instructions", "systemInstruction", "system_instruction", "tools"];
const TURNS = ["messages", "input", "contents"];

/** The words before the first answer: of tools and instructions, and up to the first user's turn. */
function beginningOf(body: JsonObject): string {
  const words: string[] = [];
  let left = BEGINNING_CHARACTERS_MAX;
  const add = (value: Json | undefined, charactersMax: number): void => {
    let mine = charactersMax;
    for (const text of textsIn(value)) {
      if (left <= 0 || mine <= 0) return;
      const piece = text.slice(0, Math.min(left, mine));
      words.push(piece);
      left -= piece.length;
      mine -= piece.length;
    }
  };
  // Half is left for the turns, however much an agent's conversations have in common before them.
  for (const name of PREAMBLES) add(body[name], BEGINNING_CHARACTERS_MAX / 4);
  for (const name of TURNS) add(firstTurns(body[name]), BEGINNING_CHARACTERS_MAX / 2);
  return words.join("\n");
}

/** Enough to tell conversations apart, little enough to hash on every call. */
const BEGINNING_CHARACTERS_MAX = 16_384;

function firstTurns(turns: Json | undefined): Json | undefined {
  if (!Array.isArray(turns)) return turns;
  const firstUser = turns.findIndex((turn) => isJsonObject(turn) && turn.role === "user");
  return turns.slice(0, firstUser === -1 ? 1 : firstUser + 1);
}

/**
 * Every text in it, in order. Cache marks move as a conversation grows, and a turn that was a list of
 * one text to carry such a mark is a plain text later: neither makes another conversation.
 */
function* textsIn(value: Json | undefined): Generator<string> {
  if (typeof value === "string") yield value;
  if (typeof value !== "object") return;
  for (const [name, member] of Object.entries(value ?? {})) {
    if (!CACHE_MARKS.includes(name) && !SHAPES.includes(name)) yield* textsIn(member);
  }
}

/** Anthropic's and Amazon's. Where they have to be set, nothing is kept without one. */
const CACHE_MARKS = ["cache_control", "cachePoint"];
/** Whose values are no words. */
const SHAPES = ["type", "role"];
const CHARACTERS_PER_TOKEN = 4;

/** About how many tokens of the prompt the vendor may have cached by now. */
export function guessCachedTokens({ body, dialect, route }: Call): number {
  if (route.forward !== undefined) return 0;
  const tokens = Math.floor(body.text.length / CHARACTERS_PER_TOKEN);
  if (tokens < CACHED_TOKENS_MIN) return 0;
  const marksItself = dialect.name === "anthropic-messages" || dialect.name === "bedrock-converse";
  return marksItself && !CACHE_MARKS.some((mark) => body.text.includes(mark)) ? 0 : tokens;
}
