import * as z from "zod";
import type { CitableText, Message, TextPart } from "../../core/chat.ts";
import type { Json } from "../../core/json.ts";
import { checked } from "../checked.ts";

const DATA = z.record(z.string(), z.unknown());
const DOCUMENTS = z.array(
  z.union(
    [z.string(), z.object({ data: z.union([z.string(), DATA]) })],
    "expected a text or an object with data",
  ),
);

/**
 * Cohere's documents, which LiteLLM's users put beside the conversation. They belong to its last
 * question, in front of its words, as documents that the answer shall cite.
 */
export function withDocuments(messages: Message[], value: Json | undefined): Message[] {
  const documents = checked(DOCUMENTS.nullish(), value, "documents") ?? [];
  const last = messages.findLastIndex(({ role }) => role === "user");
  if (documents.length === 0 || last === -1) return messages;
  const parts = documents.map((one) =>
    partOf(documentOf(typeof one === "string" ? one : one.data)),
  );
  return messages.map((message, index) =>
    index === last ? { ...message, parts: [...parts, ...message.parts] } : message,
  );
}

function partOf(document: CitableText): TextPart {
  const { title, words } = document;
  return { type: "text", text: [title, words].filter(Boolean).join("\n\n"), document };
}

/** Members may have any name; `text` or `snippet` hold the words, and what else there is joins them. */
function documentOf(data: string | z.infer<typeof DATA>): CitableText {
  if (typeof data === "string") return { words: data };
  const { title, text, snippet, ...rest } = data;
  const told = Object.entries(rest).map(([name, value]) => `${name}: ${wordsOf(value)}`);
  const words = [wordsOf(text ?? snippet), ...told].filter((line) => line !== "");
  return { words: words.join("\n"), ...(typeof title === "string" ? { title } : {}) };
}

function wordsOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
