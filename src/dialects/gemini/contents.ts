import type { MediaPart, Message, Part, ToolCallPart, ToolResultPart } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import { unsupported } from "../checked.ts";
import type { RenderTarget } from "../dialect.ts";
import { joinedText, orderedTurns } from "../turns.ts";

/** The system turns that open the conversation. */
export function systemInstruction(messages: readonly Message[]): JsonObject | undefined {
  const texts = messages.slice(0, leadingSystemTurns(messages)).flatMap(({ parts }) => parts);
  const parts = texts.flatMap((part) =>
    part.type === "text" && part.text !== "" ? [{ text: part.text }] : [],
  );
  return parts.length > 0 ? { parts } : undefined;
}

function leadingSystemTurns(messages: readonly Message[]): number {
  const first = messages.findIndex(({ role }) => role !== "system");
  return first === -1 ? messages.length : first;
}

/** Later system turns are said by the user, in place: hoisting them would change what is cached. */
export function renderContents(messages: readonly Message[], target: RenderTarget): JsonObject[] {
  const spoken = messages
    .slice(leadingSystemTurns(messages))
    .map((message) => (message.role === "system" ? saidByUser(message) : message));
  const names = toolNames(spoken);
  const contents = orderedTurns(spoken).map((turn) =>
    turn.role === "assistant"
      ? { role: "model", parts: modelParts(turn.parts, target) }
      : { role: "user", parts: userParts(turn.parts, names, target) },
  );
  const said = contents.filter(({ parts }) => parts.length > 0);
  // The model cannot have spoken first.
  return said[0]?.role === "model" ? [OPENING, ...said] : said;
}

const OPENING: JsonObject = { role: "user", parts: [{ text: "(The conversation begins here.)" }] };

function saidByUser({ parts }: Message): Message {
  const marked = parts.map((part) =>
    part.type === "text" ? { ...part, text: `<system>\n${part.text}\n</system>` } : part,
  );
  return { role: "user", parts: marked };
}

/** Gemini pairs results with calls by name, so the names are found again by the calls' ids. */
function toolNames(messages: readonly Message[]): Map<string, string> {
  const calls = messages.flatMap(({ parts }) => parts.filter((part) => part.type === "tool-call"));
  return new Map(calls.map(({ id, name }) => [id, name]));
}

function userParts(parts: Part[], names: Map<string, string>, target: RenderTarget): JsonObject[] {
  const rendered: JsonObject[] = [];
  // Pictures that a result cannot hold follow all results, which must stay together.
  const pictures: JsonObject[] = [];
  for (const part of parts) {
    if (part.type === "text" && part.text !== "") rendered.push({ text: part.text });
    if (part.type === "media") rendered.push(inlineData(part));
    if (part.type !== "tool-result") continue;
    const media = part.parts.filter((inner) => inner.type === "media").map(inlineData);
    const holdsMedia = signsThoughts(target);
    rendered.push(functionResponse(part, names.get(part.id) ?? part.id, holdsMedia ? media : []));
    if (!holdsMedia) pictures.push(...media);
  }
  return [...rendered, ...pictures];
}

function functionResponse(result: ToolResultPart, name: string, media: JsonObject[]): JsonObject {
  const text = joinedText(result.parts, "\n");
  const response = result.isError ? { error: text } : { output: text };
  return { functionResponse: { name, response, ...(media.length > 0 ? { parts: media } : {}) } };
}

function inlineData({ mediaType, source, kind }: MediaPart): JsonObject {
  if ("url" in source) {
    throw unsupported(
      "messages",
      `the model's vendor fetches no URLs; send the ${kind} as base64 (a data: URL).`,
    );
  }
  return { inlineData: { mimeType: mediaType, data: source.base64 } };
}

/** Gemini 3 signs its thoughts and wants the signatures back; with them came media in results. */
function signsThoughts({ capabilities }: RenderTarget): boolean {
  return capabilities.reasoning === "level";
}

/** Google's own word for "this call was not made by you", where a signature is demanded. */
const FOREIGN_CALL = "skip_thought_signature_validator";

/**
 * The model's own turn. A thought goes back as its signature alone, on the part that followed it,
 * which is where Gemini put it in the first place.
 */
function modelParts(parts: Part[], target: RenderTarget): JsonObject[] {
  const rendered: JsonObject[] = [];
  const lastCall = parts.findLastIndex((part) => part.type === "tool-call");
  let signature: string | undefined;
  let isFirstCall = true;
  for (const [index, part] of parts.entries()) {
    if (part.type === "reasoning") signature = googleProof(part) ?? signature;
    if (part.type === "text" && part.text !== "") {
      // Calls need it more than words do, and not every caller keeps it next to its call.
      const own = index > lastCall ? signature : undefined;
      rendered.push(signed({ text: part.text }, own));
      if (own !== undefined) signature = undefined;
    }
    if (part.type === "tool-call") {
      const foreign = isFirstCall && signsThoughts(target) ? FOREIGN_CALL : undefined;
      rendered.push(signed(functionCall(part), googleProof(part) ?? signature ?? foreign));
      signature = undefined;
      isFirstCall = false;
    }
  }
  return signature === undefined ? rendered : [...rendered, signed({ text: "" }, signature)];
}

function signed(part: JsonObject, thoughtSignature: string | undefined): JsonObject {
  return thoughtSignature === undefined ? part : { ...part, thoughtSignature };
}

function googleProof({ proof }: Extract<Part, { proof?: unknown }>): string | undefined {
  return proof?.issuer === "google" ? proof.data : undefined;
}

function functionCall({ name, arguments: text }: ToolCallPart): JsonObject {
  return { functionCall: { name, args: argumentsOf(text) } };
}

/** Arguments must be an object here; what another model garbled is shown as it was. */
export function argumentsOf(text: string): JsonObject {
  const parsed = text.trim() === "" ? {} : parseJson(text);
  return isJsonObject(parsed) ? parsed : { _raw: text };
}
