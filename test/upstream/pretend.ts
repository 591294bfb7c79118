import { isObject, parseJson } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { sampleOf } from "./sample.ts";

/**
 * What the pretend model says, the same for every vendor and every time:
 *
 *   tokens:500               exactly 500 output tokens
 *   call:weather {"city":1}  calls that tool, if it was offered; several lines make parallel calls
 *   (after a tool result)    quotes the result
 *   (a response schema)      the smallest JSON that fits
 *   anything else            "You said: …", the first twenty words
 */
export interface Prompt {
  /** Text of everything after the last assistant turn. */
  text: string;
  pictures: Picture[];
  toolResults: string[];
  tools: string[];
  /** `must` calls the first tool even without a `call:` line. */
  toolUse: "may" | "must" | "never" | { name: string };
  thinks: boolean;
  maxTokens: number;
  stopSequences: string[];
  schema?: unknown;
  /** Claude says a few words before it calls; OpenAI and Gemini do not. */
  announcesCalls: boolean;
  /** A script's wish, instead of all this. */
  reply?: string | undefined;
}

export interface Picture {
  mediaType: string;
  bytes: number;
}

export interface ToolCall {
  name: string;
  arguments: JsonObject;
  /** The arguments as streamed; fewer than the whole when the token limit fell inside. */
  pieces: string[];
}

export interface Utterance {
  thinking: string[];
  text: string[];
  calls: ToolCall[];
  finish: "end" | "length" | "stop_sequence" | "tool";
  stopSequence?: string | undefined;
  outputTokens: number;
  thinkingTokens: number;
}

const THOUGHT = "The request is plain, so I answer it directly.";
const QUOTED_WORDS = 20;
const ARGUMENT_PIECE_CHARACTERS = 6;

export function utter(prompt: Prompt): Utterance {
  const calls = prompt.reply === undefined ? toolCalls(prompt) : [];
  const thinking = prompt.thinks ? pieces(THOUGHT) : [];
  const stopped = stopAt(speak(prompt, calls, thinking.length), prompt.stopSequences);
  const whole: Utterance = {
    thinking,
    text: stopped.text,
    calls: stopped.stopSequence === undefined ? calls : [],
    finish:
      stopped.stopSequence !== undefined ? "stop_sequence" : calls.length > 0 ? "tool" : "end",
    stopSequence: stopped.stopSequence,
    outputTokens: 0,
    thinkingTokens: 0,
  };
  return limit(whole, prompt.maxTokens);
}

/** Words keep the space that follows them, so joining the pieces gives the text back. */
export function pieces(text: string): string[] {
  return text.match(/\S+\s*|\s+/gu) ?? [];
}

function speak(prompt: Prompt, calls: ToolCall[], thinkingTokens: number): string[] {
  if (prompt.reply !== undefined) return pieces(prompt.reply);
  if (calls.length > 0)
    return prompt.announcesCalls
      ? pieces(`Calling ${calls.map((call) => call.name).join(", ")}.`)
      : [];
  const wanted = /\btokens:(\d+)/u.exec(prompt.text)?.[1];
  if (wanted !== undefined) return words(Number(wanted) - thinkingTokens);
  if (prompt.schema !== undefined) return pieces(JSON.stringify(sampleOf(prompt.schema)));
  const said =
    prompt.toolResults.length > 0
      ? `The tool said: ${prompt.toolResults.join("; ")}`
      : quote(prompt.text);
  return pieces([said, ...prompt.pictures.map(describe)].join(" "));
}

function words(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    index === count - 1 ? `w${index}` : `w${index} `,
  );
}

function quote(text: string): string {
  const quoted = text.trim().split(/\s+/u).slice(0, QUOTED_WORDS).join(" ");
  return quoted === "" ? "You said nothing." : `You said: ${quoted}`;
}

function describe(picture: Picture): string {
  return `image:${picture.mediaType}:${picture.bytes} bytes`;
}

function toolCalls(prompt: Prompt): ToolCall[] {
  if (prompt.toolUse === "never" || prompt.tools.length === 0) return [];
  const asked = [...prompt.text.matchAll(/\bcall:([\w.:-]+)/gu)]
    .filter((found) => prompt.tools.includes(found[1] ?? ""))
    .map((found) => toolCall(found[1] ?? "", objectAt(prompt.text, found.index + found[0].length)));
  if (asked.length > 0 || prompt.toolUse === "may") return asked;
  const forced = prompt.toolUse === "must" ? prompt.tools[0] : prompt.toolUse.name;
  return forced === undefined ? [] : [toolCall(forced, {})];
}

function toolCall(name: string, input: JsonObject): ToolCall {
  const text = JSON.stringify(input);
  const cut = new RegExp(`.{1,${ARGUMENT_PIECE_CHARACTERS}}`, "gsu");
  return { name, arguments: input, pieces: text === "{}" ? [] : (text.match(cut) ?? []) };
}

/** The JSON object that starts right after a `call:` line's name, or none. */
function objectAt(text: string, from: number): JsonObject {
  const rest = text.slice(from).trimStart();
  if (!rest.startsWith("{")) return {};
  for (let end = rest.indexOf("}"); end >= 0; end = rest.indexOf("}", end + 1)) {
    const value = parseJson(rest.slice(0, end + 1));
    if (isObject(value)) return value;
  }
  return {};
}

function stopAt(
  text: string[],
  stopSequences: string[],
): { text: string[]; stopSequence?: string } {
  const whole = text.join("");
  const hits = stopSequences
    .map((stop) => ({ stop, at: whole.indexOf(stop) }))
    .filter((hit) => hit.stop !== "" && hit.at >= 0)
    .sort((a, b) => a.at - b.at);
  const first = hits[0];
  return first ? { text: pieces(whole.slice(0, first.at)), stopSequence: first.stop } : { text };
}

function limit(whole: Utterance, maxTokens: number): Utterance {
  let left = maxTokens;
  const take = (list: string[]): string[] => {
    const taken = list.slice(0, left);
    left -= taken.length;
    return taken;
  };
  const thinking = take(whole.thinking);
  const text = take(whole.text);
  const calls: ToolCall[] = [];
  for (const call of whole.calls) {
    if (left <= 0) break;
    // Starting a call costs one token, or a call without arguments would be free.
    left -= 1;
    calls.push({ ...call, pieces: take(call.pieces) });
  }
  const isCut = size(thinking, text, calls) < size(whole.thinking, whole.text, whole.calls);
  return {
    ...whole,
    thinking,
    text,
    calls,
    finish: isCut ? "length" : whole.finish,
    stopSequence: isCut ? undefined : whole.stopSequence,
    outputTokens: size(thinking, text, calls),
    thinkingTokens: thinking.length,
  };
}

function size(thinking: string[], text: string[], calls: ToolCall[]): number {
  return (
    thinking.length + text.length + calls.reduce((sum, call) => sum + 1 + call.pieces.length, 0)
  );
}
