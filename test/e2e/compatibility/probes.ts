import { decodeFrames } from "../../upstream/eventstream.ts";
import { parseJson, type JsonObject } from "../../upstream/json.ts";
import { at, TOOL_NAME, type Ask, type Caller, type Word } from "./caller.ts";

/**
 * What one probe showed. `without`: answered, but as if it had not been asked for. `refused`: a 400 by
 * the gateway that names what cannot be had; `vendor`: the same in the vendor's words. `none`: the
 * grammar has no word for it. `broken` is none of these, and a defect.
 */
export type Verdict = "yes" | "estimate" | "without" | "refused" | "vendor" | "none" | "broken";

/** Posts a body as this caller, to a path of the gateway. */
export type Post = (path: string, body: JsonObject) => Promise<Response>;

export interface Probe {
  title: string;
  needs?: Word;
  run(caller: Caller, model: string, post: Post): Promise<Verdict>;
}

export const PROBES: Probe[] = [
  { title: "whole", run: (...to) => ask({ text: "Hello there" }, /\w/, "text", ...to) },
  { title: "stream", run: streams },
  { title: "tools", needs: "tools", run: calls },
  {
    title: "images",
    needs: "images",
    run: (...to) => ask({ text: "What is it?", picture: true }, /image:image\/png:/, "text", ...to),
  },
  {
    title: "documents",
    needs: "documents",
    run: (...to) =>
      ask({ text: "What is it?", document: "file" }, /:application\/pdf:/, "text", ...to),
  },
  {
    title: "citations",
    needs: "citations",
    run: (...to) =>
      ask({ text: "What lives there?", document: "cited" }, /Nara has de/, "citations", ...to),
  },
  { title: "thinking", needs: "thinking", run: thinks },
  { title: "caching", run: caches },
  {
    title: "structured output",
    needs: "schema",
    // Gemini's grammar puts thoughts among the words, in front.
    run: (...to) => ask({ text: "Name a city", schema: true }, /\{"city":"text"\}$/, "text", ...to),
  },
  { title: "token count", needs: "count", run: counts },
];

/** Runs while every upstream breaks in the middle of its streams. */
export const BREAKING: Probe = { title: "mid-stream error", run: breaks };

type Place = "text" | "toolName" | "toolInput" | "thought" | "cachedTokens" | "citations";

async function ask(
  question: Ask,
  wanted: RegExp,
  place: Place,
  caller: Caller,
  model: string,
  post: Post,
  extra: JsonObject = {},
): Promise<Verdict> {
  const body = { ...caller.body(question, model), ...extra };
  const response = await post(caller.path(model, false), body);
  const answer = parseJson(await response.text());
  if (!response.ok) return refusalOf(response);
  return wanted.test(read(caller, place, [answer])) ? "yes" : "without";
}

/** Yes when the pieces are the whole answer, and the stream says that it is complete. */
async function streams(caller: Caller, model: string, post: Post): Promise<Verdict> {
  const question: Ask = { text: "Hello there" };
  const whole = await post(caller.path(model, false), caller.body(question, model));
  const text = read(caller, "text", [parseJson(await whole.text())]);
  const response = await postStream(caller, model, question, post);
  if (!response.ok) return refusalOf(response);
  const streamed = await readStream(response, caller);
  const same = read(caller, "text", streamed.events) === text && text !== "";
  return same && caller.final.test(streamed.text) ? "yes" : "broken";
}

/** Yes when the model's call arrives, whole and streamed. */
async function calls(caller: Caller, model: string, post: Post): Promise<Verdict> {
  const question: Ask = { text: `call:${TOOL_NAME} {"city":"Nara"}`, tool: true };
  const whole = await ask(question, CALLED, "toolName", caller, model, post);
  if (whole !== "yes") return whole;
  const response = await postStream(caller, model, question, post);
  const { events } = await readStream(response, caller);
  const input = read(caller, "toolInput", events);
  return CALLED.test(read(caller, "toolName", events)) && input.includes("Nara") ? "yes" : "broken";
}

/** A Responses stream says it when the call begins and when it ends. */
const CALLED = new RegExp(`^(${TOOL_NAME}){1,2}$`);

async function thinks(caller: Caller, model: string, post: Post): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  for (const way of caller.thinking) {
    const question: Ask = { text: "Think about it" };
    const verdict = await ask(question, /./, "thought", caller, model, post, way);
    if (verdict === "yes") return verdict;
    verdicts.push(verdict);
  }
  return verdicts.includes("without") ? "without" : (verdicts[0] ?? "broken");
}

/** Yes when a long preface, sent a second time, is reported as read from the vendor's cache. */
async function caches(caller: Caller, model: string, post: Post): Promise<Verdict> {
  // Its own words, or another caller's prompt would be found in the same account's cache.
  const preface = `${caller.title} ${model} `.repeat(400);
  const question: Ask = { text: "Hi", preface };
  await ask(question, /./, "text", caller, model, post);
  return ask(question, /^[1-9]\d{3,}$/, "cachedTokens", caller, model, post);
}

async function counts(caller: Caller, model: string, post: Post): Promise<Verdict> {
  const { count } = caller;
  if (count === undefined) return "none";
  const response = await post(
    count.path(model),
    count.body({ text: "Count me ".repeat(50) }, model),
  );
  const [tokens] = at(parseJson(await response.text()), count.tokens);
  if (!response.ok) return refusalOf(response);
  if (typeof tokens !== "number" || tokens < 50) return "broken";
  return response.headers.get("x-sekisho-token-count") === "estimated" ? "estimate" : "yes";
}

/** Yes when the caller reads of the failure in its own grammar, and never that all went well. */
async function breaks(caller: Caller, model: string, post: Post): Promise<Verdict> {
  // What answers by itself, without an upstream, has nothing to break.
  if (model === "demo") return "none";
  const response = await postStream(caller, model, { text: "tokens:60 please" }, post);
  if (!response.ok) return "broken";
  const { text } = await readStream(response, caller);
  return caller.error.test(text) && !caller.final.test(text) ? "yes" : "broken";
}

function postStream(caller: Caller, model: string, question: Ask, post: Post): Promise<Response> {
  const body = { ...caller.body(question, model), ...caller.streams };
  return post(caller.path(model, true), body);
}

function refusalOf(response: Response): Verdict {
  if (response.status !== 400) return "broken";
  const origin = response.headers.get("x-sekisho-error-origin") ?? "";
  return origin.startsWith("provider:") ? "vendor" : "refused";
}

function read(caller: Caller, place: Place, answers: unknown[]): string {
  const heard = place === "text" ? answers.filter((answer) => hasText(answer, caller)) : answers;
  const found = heard.flatMap((answer) => caller[place].flatMap((path) => at(answer, path)));
  return found.map((one) => (typeof one === "object" ? JSON.stringify(one) : String(one))).join("");
}

function hasText(answer: unknown, { textType }: Caller): boolean {
  const [type] = at(answer, "type");
  return textType === undefined || type === undefined || type === textType;
}

interface Streamed {
  text: string;
  events: unknown[];
}

/** A stream as far as it came; a cut at its end is how broken ones are meant to end. */
async function readStream(response: Response, { framing }: Caller): Promise<Streamed> {
  const pieces: Uint8Array[] = [];
  const body: ReadableStream<Uint8Array> | null = response.body;
  try {
    for await (const piece of body ?? []) pieces.push(piece);
  } catch {
    // What came before is looked at all the same.
  }
  const bytes = Buffer.concat(pieces);
  const lines = framing === "sse" ? bytes.toString().split(/\r?\n/) : linesOf(bytes);
  const data = lines.flatMap((line) => /^data: ?(.*)$/.exec(line)?.[1] ?? []);
  return { text: lines.join("\n"), events: data.map(parseJson) };
}

/** AWS's frames as the events they stand for. InvokeModel's carry Anthropic's in base64. */
function linesOf(bytes: Buffer): string[] {
  return decodeFrames(bytes).flatMap(({ headers, payload }) => {
    const event = parseJson(payload.toString());
    const [chunk] = at(event, "bytes");
    const data = typeof chunk === "string" ? Buffer.from(chunk, "base64").toString() : payload;
    return [`event: ${headers[":exception-type"] ?? headers[":event-type"]}`, `data: ${data}`];
  });
}
