import * as z from "zod";
import type { MediaPart, Message, Part, Role, TextPart, ToolResultPart } from "../../core/chat.ts";
import type { Json } from "../../core/json.ts";
import { checked, invalidField, unsupported } from "../checked.ts";
import { unwrapProof } from "../proof-envelope.ts";
import { CACHE_CONTROL, cacheMark } from "../cache-control.ts";

const BLOCKS = z.array(z.looseObject({ type: z.string() }));
type Block = z.infer<typeof BLOCKS>[number];

const MESSAGES = z.array(
  z.object({ role: z.enum(["user", "assistant", "system"]), content: z.unknown().optional() }),
);

export function parseSystem(system: Json | undefined): Message[] {
  if (system === undefined || system === null || system === "") return [];
  return [{ role: "system", parts: parseContent(system, "system", "system") }];
}

export function parseMessages(messages: Json | undefined): Message[] {
  return checked(MESSAGES, messages, "messages").map(({ role, content }, index) => {
    const parts = parseContent(content, `messages.${index}.content`, role);
    return { role, parts: role === "assistant" ? attachProofs(parts) : parts };
  });
}

function parseContent(content: unknown, path: string, role: Role): Part[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content))
    throw invalidField(path, "expected a string or a list of content blocks");
  return checked(BLOCKS, content, path).flatMap((block, index) =>
    parseBlock(block, `${path}.${index}`, role),
  );
}

function parseBlock(block: Block, path: string, role: Role): Part[] {
  switch (block.type) {
    case "tool_use":
      return [parseToolUse(block, path)];
    case "tool_result":
      return [parseToolResult(block, path)];
    case "thinking":
      return [parseThinking(block, path)];
    case "redacted_thinking": {
      const { data } = checked(z.object({ data: z.string() }), block, path);
      return [{ type: "reasoning", text: "", proof: unwrapProof(data, "anthropic", "redacted") }];
    }
    default: {
      const parts = parsePlainBlock(block, path);
      if (parts) return parts;
      // What Anthropic's own tools left in the history (searches, compactions) means nothing elsewhere.
      if (role === "assistant") return [];
      throw invalidField(
        `${path}.type`,
        `"${block.type}" is not a content block this gateway can translate`,
      );
    }
  }
}

/** The blocks that may also stand inside a tool's result. */
function parsePlainBlock(block: Block, path: string): (TextPart | MediaPart)[] | undefined {
  switch (block.type) {
    case "text":
      return [parseText(block, path)];
    case "image":
      return [parseImage(block, path)];
    case "document":
      return parseDocument(block, path);
    case "search_result":
      return parseSearchResult(block, path);
    default:
      return undefined;
  }
}

const TEXT = z.object({ text: z.string(), cache_control: CACHE_CONTROL });

function parseText(block: Block, path: string): TextPart {
  const { text, cache_control } = checked(TEXT, block, path);
  return { type: "text", text, cache: cacheMark(cache_control) };
}

const SOURCE = z.discriminatedUnion("type", [
  z.object({ type: z.literal("base64"), media_type: z.string(), data: z.string() }),
  z.object({ type: z.literal("url"), url: z.string() }),
  z.object({ type: z.literal("text"), data: z.string() }),
  z.object({ type: z.literal("content"), content: z.unknown().optional() }),
  z.object({ type: z.literal("file"), file_id: z.string() }),
]);
const IMAGE = z.object({ source: SOURCE, cache_control: CACHE_CONTROL });

function parseImage(block: Block, path: string): MediaPart {
  const { source, cache_control } = checked(IMAGE, block, path);
  return {
    type: "media",
    kind: "image",
    ...parseSource(source, path),
    cache: cacheMark(cache_control),
  };
}

const DOCUMENT = IMAGE.extend({ title: z.string().nullish(), context: z.string().nullish() });

function parseDocument(block: Block, path: string): (TextPart | MediaPart)[] {
  const { source, title, context, cache_control } = checked(DOCUMENT, block, path);
  const cache = cacheMark(cache_control);
  if (source.type === "text") {
    const text = [title, context, source.data].filter(Boolean).join("\n\n");
    return [{ type: "text", text, cache }];
  }
  if (source.type === "content") return parsePlainContent(source.content, `${path}.source.content`);
  return [
    {
      type: "media",
      kind: "document",
      ...parseSource(source, path),
      name: title ?? undefined,
      cache,
    },
  ];
}

function parseSource(
  source: z.infer<typeof SOURCE>,
  path: string,
): Pick<MediaPart, "mediaType" | "source"> {
  switch (source.type) {
    case "base64":
      return { mediaType: source.media_type, source: { base64: source.data } };
    case "url":
      return { mediaType: "", source: { url: source.url } };
    case "file":
      throw unsupported(
        `${path}.source`,
        "the file is stored at Anthropic; send its bytes as base64",
      );
    case "text":
    case "content":
      throw invalidField(
        `${path}.source.type`,
        `"${source.type}" is for documents; expected base64 or url`,
      );
  }
}

const SEARCH_RESULT = z.object({
  source: z.string(),
  title: z.string(),
  content: z.array(z.object({ text: z.string() })),
});

function parseSearchResult(block: Block, path: string): TextPart[] {
  const { source, title, content } = checked(SEARCH_RESULT, block, path);
  return [{ type: "text", text: [title, source, ...content.map((part) => part.text)].join("\n") }];
}

const TOOL_USE = z.object({
  id: z.string(),
  name: z.string(),
  input: z.unknown().optional(),
  cache_control: CACHE_CONTROL,
});

function parseToolUse(block: Block, path: string): Part {
  const { id, name, input, cache_control } = checked(TOOL_USE, block, path);
  return {
    type: "tool-call",
    id,
    name,
    arguments: JSON.stringify(input ?? {}),
    cache: cacheMark(cache_control),
  };
}

const TOOL_RESULT = z.object({
  tool_use_id: z.string(),
  content: z.unknown().optional(),
  is_error: z.boolean().nullish(),
  cache_control: CACHE_CONTROL,
});

function parseToolResult(block: Block, path: string): ToolResultPart {
  const { tool_use_id, content, is_error, cache_control } = checked(TOOL_RESULT, block, path);
  return {
    type: "tool-result",
    id: tool_use_id,
    parts:
      content === undefined || content === null
        ? []
        : parsePlainContent(content, `${path}.content`),
    isError: is_error ?? false,
    cache: cacheMark(cache_control),
  };
}

function parsePlainContent(content: unknown, path: string): (TextPart | MediaPart)[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content))
    throw invalidField(path, "expected a string or a list of content blocks");
  // Further kinds (references to deferred tools) speak only to Anthropic's models.
  return checked(BLOCKS, content, path).flatMap(
    (block, index) => parsePlainBlock(block, `${path}.${index}`) ?? [],
  );
}

const THINKING = z.object({ thinking: z.string(), signature: z.string().nullish() });

function parseThinking(block: Block, path: string): Part {
  const { thinking, signature } = checked(THINKING, block, path);
  // An empty signature is what our own writer gives to thoughts no vendor signed.
  return {
    type: "reasoning",
    text: thinking,
    proof: signature ? unwrapProof(signature, "anthropic") : undefined,
  };
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
