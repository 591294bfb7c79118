import type {
  MediaPart,
  Message,
  Part,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { unsupported } from "../checked.ts";
import type { RenderTarget } from "../dialect.ts";
import { urlOfSource } from "../media.ts";
import { legalToolId } from "../tool-id.ts";
import { joinedText, orderedTurns } from "../turns.ts";
import { documentId } from "./citations.ts";

export interface Conversation {
  messages: JsonObject[];
  /** What the answer shall cite stands apart from the conversation. */
  documents: JsonObject[];
}

/** System words in front, then the conversation, which the user has the last word of. */
export function renderConversation(
  { messages }: { messages: readonly Message[] },
  instruction: string | undefined,
  target: RenderTarget,
  takesDocuments: boolean,
): Conversation {
  const turns = orderedTurns(messages);
  const opening = turns[0]?.role === "system" ? turns.shift() : undefined;
  const system = [joinedText(opening?.parts ?? []), instruction ?? ""].filter(
    (text) => text !== "",
  );
  const documents: JsonObject[] = [];
  const shelve = takesDocuments ? createShelf(documents) : () => false;
  const spoken = turns.flatMap((turn) => renderTurn(turn, shelve, target));
  const isOpenEnd = spoken.at(-1)?.role === "assistant" || spoken.length === 0;
  return {
    messages: [
      ...(system.length > 0 ? [{ role: "system", content: system.join("\n\n") }] : []),
      ...spoken,
      // An answer that was begun cannot be gone on with.
      ...(isOpenEnd ? [{ role: "user", content: "Continue." }] : []),
    ],
    documents,
  };
}

function renderTurn(turn: Message, shelve: Shelve, target: RenderTarget): JsonObject[] {
  switch (turn.role) {
    case "system":
      return [{ role: "user", content: `<system>\n${joinedText(turn.parts)}\n</system>` }];
    case "user":
      return renderUser(turn.parts, shelve, target);
    case "assistant":
      return renderAssistant(turn.parts, target);
  }
}

/** Puts a citable document apart; false for all other words. */
type Shelve = (part: TextPart) => boolean;

/** Documents and search results are counted each for themselves, as callers count them. */
function createShelf(documents: JsonObject[]): Shelve {
  const counts = { document: 0, result: 0 };
  return ({ document }) => {
    if (!document) return false;
    const { title, context, foundAt, words } = document;
    const kind = foundAt === undefined ? "document" : "result";
    const pieces = typeof words === "string" ? undefined : words.length;
    const text = typeof words === "string" ? words : words.join("\n\n");
    const about = Object.entries({ title, context, url: foundAt });
    const told = about.filter(([, value]) => value !== undefined);
    const id = documentId({ kind, index: counts[kind]++, pieces });
    documents.push({ id, data: { text, ...Object.fromEntries(told) } });
    return true;
  };
}

/** Results come first, one message each; they are text, so their pictures follow as the user's. */
function renderUser(parts: readonly Part[], shelve: Shelve, target: RenderTarget): JsonObject[] {
  const results = parts.filter((part) => part.type === "tool-result");
  const pictures = results.flatMap((result) => mediaOf(result, target));
  const rest = parts.filter(
    (part) => part.type === "media" || (part.type === "text" && !shelve(part)),
  );
  const content = renderContent([...pictures, ...rest], target);
  // Documents alone are no question, and a turn without words is refused.
  const isSilent = content === undefined && results.length === 0 && parts.length > rest.length;
  return [
    ...results.map((result) => renderResult(result, target)),
    ...(content === undefined ? [] : [{ role: "user", content }]),
    ...(isSilent ? [{ role: "user", content: "(See the documents.)" }] : []),
  ];
}

function mediaOf(
  { id, parts }: ToolResultPart,
  { capabilities }: RenderTarget,
): (TextPart | MediaPart)[] {
  const media = parts.filter((part) => part.type === "media");
  return media.length === 0
    ? []
    : [
        {
          type: "text",
          text: `From the result of ${legalToolId(id, capabilities.toolIdCharactersMax)}:`,
        },
        ...media,
      ];
}

function renderResult(
  { id, parts, isError }: ToolResultPart,
  { capabilities }: RenderTarget,
): JsonObject {
  const hasMedia = parts.some((part) => part.type === "media");
  const text = [
    joinedText(parts),
    ...(hasMedia ? ["(The media of this result follow below.)"] : []),
  ]
    .filter((line) => line !== "")
    .join("\n\n");
  // There is no field for failure, and a message cannot be empty.
  const content = isError ? `Error: ${text}` : text || "(no output)";
  return { role: "tool", tool_call_id: legalToolId(id, capabilities.toolIdCharactersMax), content };
}

function renderContent(parts: readonly Part[], target: RenderTarget): Json | undefined {
  const said = parts.filter(
    (part) => part.type === "media" || (part.type === "text" && part.text !== ""),
  );
  if (said.length === 0) return undefined;
  if (said.every((part) => part.type === "text")) return joinedText(said);
  return said.flatMap((part) => renderPart(part, target));
}

function renderPart(part: Part, { capabilities }: RenderTarget): JsonObject[] {
  if (part.type === "text") return [{ type: "text", text: part.text }];
  if (part.type !== "media") return [];
  if (part.kind !== "image") {
    const advice = `Cohere's models take no ${part.kind}; send its words as text`;
    throw unsupported("messages", advice);
  }
  if ("url" in part.source && !capabilities.urlMedia)
    throw unsupported("messages", "this model's provider fetches no image by URL; send base64");
  return [{ type: "image_url", image_url: { url: urlOfSource(part) } }];
}

/** Words beside a call are the plan for it here. Thoughts go back to the models that have some. */
function renderAssistant(parts: readonly Part[], target: RenderTarget): JsonObject[] {
  const { capabilities } = target;
  const calls = parts.filter((part) => part.type === "tool-call");
  const text = joinedText(parts, "");
  if (text === "" && calls.length === 0) return [];
  const thoughts = capabilities.reasoning === "none" ? [] : parts.flatMap(renderThought);
  const words = text === "" || calls.length > 0 ? [] : [{ type: "text", text }];
  const content = [...thoughts, ...words];
  return [
    {
      role: "assistant",
      ...(content.length > 0 ? { content } : {}),
      ...(calls.length > 0 && text !== "" ? { tool_plan: text } : {}),
      ...(calls.length > 0 ? { tool_calls: calls.map((call) => renderCall(call, target)) } : {}),
    },
  ];
}

/** Cohere signs nothing; what another vendor signed is not Cohere's thought. */
function renderThought(part: Part): JsonObject[] {
  if (part.type !== "reasoning" || part.proof || part.text === "") return [];
  return [{ type: "thinking", thinking: part.text }];
}

function renderCall(
  { id, name, arguments: text }: ToolCallPart,
  { capabilities }: RenderTarget,
): JsonObject {
  const called = { name, arguments: text.trim() === "" ? "{}" : text };
  const callId = legalToolId(id, capabilities.toolIdCharactersMax);
  return { id: callId, type: "function", function: called };
}
