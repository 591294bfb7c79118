import type { Capabilities } from "../../core/capabilities.ts";
import type { MediaPart, Part, ReasoningPart, TextPart, ToolResultPart } from "../../core/chat.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { unsupported } from "../checked.ts";
import { legalToolId } from "../tool-id.ts";
import { cacheControl } from "../cache-control.ts";

export function renderBlocks(parts: readonly Part[], capabilities: Capabilities): JsonObject[] {
  return parts.flatMap((part) => renderBlock(part, capabilities));
}

function renderBlock(part: Part, capabilities: Capabilities): JsonObject[] {
  switch (part.type) {
    case "text":
      // Blank text is refused.
      if (part.text.trim() === "") return [];
      return [{ ...renderText(part), ...cacheControl(part.cache) }];
    case "media":
      return [renderMedia(part, capabilities)];
    case "reasoning":
      return renderReasoning(part);
    case "tool-call":
      return [
        {
          type: "tool_use",
          id: legalToolId(part.id, capabilities.toolIdCharactersMax),
          name: part.name,
          input: inputOf(part.arguments),
          ...cacheControl(part.cache),
        },
      ];
    case "tool-result":
      return [renderToolResult(part, capabilities)];
  }
}

function renderText({ text, document }: TextPart): JsonObject {
  if (!document) return { type: "text", text };
  const { title, context, foundAt, words } = document;
  const pieces = typeof words === "string" ? [words] : words;
  const content = pieces.map((piece) => ({ type: "text", text: piece }));
  if (foundAt !== undefined)
    return { type: "search_result", source: foundAt, title: title ?? foundAt, content, ...CITED };
  const source =
    typeof words === "string"
      ? { type: "text", media_type: "text/plain", data: words }
      : { type: "content", content };
  return {
    type: "document",
    source,
    ...(title === undefined ? {} : { title }),
    ...(context === undefined ? {} : { context }),
    ...CITED,
  };
}

const CITED: JsonObject = { citations: { enabled: true } };

/** Only thoughts the vendor itself signed may go back; it refuses all others. */
function renderReasoning({ text, proof }: ReasoningPart): JsonObject[] {
  if (proof?.issuer !== "anthropic") return [];
  if (proof.kind === "redacted") return [{ type: "redacted_thinking", data: proof.data }];
  return [{ type: "thinking", thinking: text, signature: proof.data }];
}

/** Arguments must be an object here, even when the model wrote none or botched them. */
export function inputOf(text: string): JsonObject {
  if (text.trim() === "") return {};
  const input = parseJson(text);
  return isJsonObject(input) ? input : { _raw: text };
}

function renderToolResult(part: ToolResultPart, capabilities: Capabilities): JsonObject {
  const content = renderBlocks(
    part.parts.map((inner) => ({ ...inner, cache: undefined })),
    capabilities,
  );
  return {
    type: "tool_result",
    tool_use_id: legalToolId(part.id, capabilities.toolIdCharactersMax),
    ...(content.length > 0 ? { content } : {}),
    ...(part.isError ? { is_error: true } : {}),
    ...cacheControl(part.cache ?? part.parts.at(-1)?.cache),
  };
}

const IMAGE_TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp"];

function renderMedia(part: MediaPart, capabilities: Capabilities): JsonObject {
  switch (part.kind) {
    case "image":
      return {
        type: "image",
        source: sourceOf(part, capabilities, IMAGE_TYPES),
        ...cacheControl(part.cache),
      };
    case "document":
      return {
        type: "document",
        source: sourceOf(part, capabilities, ["application/pdf"]),
        ...(part.name === undefined ? {} : { title: part.name }),
        ...(part.citable ? CITED : {}),
        ...cacheControl(part.cache),
      };
    case "audio":
      throw unsupported("messages", "Claude models take no audio");
  }
}

function sourceOf(
  { source, mediaType, kind }: MediaPart,
  { urlMedia }: Capabilities,
  types: string[],
): JsonObject {
  if ("url" in source) {
    if (urlMedia) return { type: "url", url: source.url };
    throw unsupported(
      "messages",
      `this model's provider fetches no ${kind} by URL; send it as base64`,
    );
  }
  if (mediaType === "image/jpg")
    return { type: "base64", media_type: "image/jpeg", data: source.base64 };
  if (types.includes(mediaType))
    return { type: "base64", media_type: mediaType, data: source.base64 };
  throw unsupported(
    "messages",
    `Claude models take no ${kind} of type "${mediaType}"; expected ${types.join(", ")}`,
  );
}
