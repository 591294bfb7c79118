import * as z from "zod";
import type { MediaPart, Message, Part, Role, TextPart, ToolResultPart } from "../../core/chat.ts";
import type { Json } from "../../core/json.ts";
import { cacheMark } from "../cache-control.ts";
import { checked, invalidField, unsupported } from "../checked.ts";
import { unwrapProof } from "../proof-envelope.ts";
import { CITATIONS, parseDocument, parseImage } from "./parse-media.ts";

/** A block is an object of one member, whose name is the block's type. */
const BLOCKS = z.array(z.looseObject({}));
type Block = z.infer<typeof BLOCKS>[number];

const MESSAGES = z.array(
  z.object({ role: z.enum(["user", "assistant", "system"]), content: BLOCKS }),
);

export function parseSystem(system: Json | undefined): Message[] {
  if (system === undefined || system === null) return [];
  const parts = parseContent(checked(BLOCKS, system, "system"), "system", "system");
  return parts.length === 0 ? [] : [{ role: "system", parts }];
}

export function parseMessages(messages: Json | undefined): Message[] {
  return checked(MESSAGES, messages, "messages").map(({ role, content }, index) => {
    const parts = parseContent(content, `messages.${index}.content`, role);
    return { role, parts: role === "assistant" ? attachProofs(parts) : parts };
  });
}

function parseContent(blocks: Block[], path: string, role: Role): Part[] {
  const parts: Part[] = [];
  for (const [index, block] of blocks.entries()) {
    if (block.cachePoint === undefined) parts.push(...parseBlock(block, `${path}.${index}`, role));
    else markLast(parts, parseCachePoint(block.cachePoint, `${path}.${index}.cachePoint`));
  }
  return parts;
}

const CACHE_POINT = z.object({ ttl: z.string().nullish() });

/** A cache point stands behind what it covers. */
export function parseCachePoint(value: unknown, path: string): ReturnType<typeof cacheMark> {
  return cacheMark(checked(CACHE_POINT, value, path));
}

function markLast(parts: Part[], cache: ReturnType<typeof cacheMark>): void {
  const last = parts.at(-1);
  if (last !== undefined && last.type !== "reasoning") parts[parts.length - 1] = { ...last, cache };
}

const TOOL_USE = z.object({
  toolUseId: z.string(),
  name: z.string(),
  input: z.unknown().optional(),
});

const REASONING = z.union([
  z.object({ redactedContent: z.string() }),
  z.object({ reasoningText: z.object({ text: z.string(), signature: z.string().nullish() }) }),
]);

function parseBlock(block: Block, path: string, role: Role): Part[] {
  if (block.toolUse !== undefined) {
    const { toolUseId, name, input } = checked(TOOL_USE, block.toolUse, `${path}.toolUse`);
    return [{ type: "tool-call", id: toolUseId, name, arguments: JSON.stringify(input ?? {}) }];
  }
  if (block.toolResult !== undefined) return [parseResult(block.toolResult, `${path}.toolResult`)];
  if (block.reasoningContent !== undefined) {
    return [parseReasoning(block.reasoningContent, `${path}.reasoningContent`)];
  }
  const plain = parsePlainBlock(block, path);
  if (plain) return plain;
  const [name = ""] = Object.keys(block);
  if (name === "video" || name === "audio") {
    throw unsupported(`${path}.${name}`, `models of other grammars take no ${name}`);
  }
  // What Bedrock's own tools left in the history means nothing elsewhere.
  if (role === "assistant") return [];
  throw invalidField(path, `"${name}" is not a content block this gateway can translate`);
}

const CITED = z.object({ content: z.array(z.object({ text: z.string().optional() })) });
const SEARCH_RESULT = z.object({
  source: z.string(),
  title: z.string(),
  content: z.array(z.object({ text: z.string() })),
  citations: CITATIONS,
});

/** The blocks that may also stand inside a tool's result. */
function parsePlainBlock(block: Block, path: string): (TextPart | MediaPart)[] | undefined {
  if (block.text !== undefined) return [textPart(checked(z.string(), block.text, `${path}.text`))];
  if (block.image !== undefined) return [parseImage(block.image, `${path}.image`)];
  if (block.document !== undefined) return [parseDocument(block.document, `${path}.document`)];
  if (block.json !== undefined) return [textPart(JSON.stringify(block.json))];
  if (block.guardContent !== undefined) {
    const guarded = z.object({ text: z.object({ text: z.string() }) });
    const { text } = checked(guarded, block.guardContent, `${path}.guardContent`);
    return [textPart(text.text)];
  }
  if (block.citationsContent !== undefined) {
    const { content } = checked(CITED, block.citationsContent, `${path}.citationsContent`);
    return [textPart(content.map((part) => part.text ?? "").join(""))];
  }
  if (block.searchResult !== undefined) {
    const found = checked(SEARCH_RESULT, block.searchResult, `${path}.searchResult`);
    const { title, source: foundAt } = found;
    const words = found.content.map((part) => part.text);
    const plain = textPart([title, foundAt, ...words].join("\n"));
    return [found.citations?.enabled ? { ...plain, document: { title, foundAt, words } } : plain];
  }
  return undefined;
}

function textPart(text: string): TextPart {
  return { type: "text", text };
}

const TOOL_RESULT = z.object({
  toolUseId: z.string(),
  content: BLOCKS,
  status: z.enum(["success", "error"]).nullish(),
});

function parseResult(value: unknown, path: string): ToolResultPart {
  const { toolUseId, content, status } = checked(TOOL_RESULT, value, path);
  const parts = content.flatMap((block, index) => {
    const plain = parsePlainBlock(block, `${path}.content.${index}`);
    if (plain) return plain;
    throw invalidField(`${path}.content.${index}`, "expected text, json, an image or a document");
  });
  return { type: "tool-result", id: toolUseId, parts, isError: status === "error" };
}

function parseReasoning(value: unknown, path: string): Part {
  const thought = checked(REASONING, value, path);
  if ("redactedContent" in thought) {
    const proof = unwrapProof(thought.redactedContent, "anthropic", "redacted");
    return { type: "reasoning", text: "", proof };
  }
  const { text, signature } = thought.reasoningText;
  const proof = signature ? unwrapProof(signature, "anthropic") : undefined;
  return { type: "reasoning", text, proof };
}

/**
 * Tool calls have no slot for a proof in this grammar, so a wordless thought before the call carries
 * it. Here it finds its call again.
 */
function attachProofs(parts: Part[]): Part[] {
  return parts.flatMap((part, index): Part[] => {
    const previous = parts[index - 1];
    if (part.type === "tool-call" && previous && carriesProof(previous))
      return [{ ...part, proof: previous.proof }];
    const next = parts[index + 1];
    return carriesProof(part) && next?.type === "tool-call" ? [] : [part];
  });
}

function carriesProof(part: Part): part is Extract<Part, { type: "reasoning" }> {
  return part.type === "reasoning" && part.text === "" && part.proof?.issuer === "google";
}
