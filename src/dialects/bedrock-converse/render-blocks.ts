import type { CacheMark, Part, ReasoningPart, TextPart, ToolResultPart } from "../../core/chat.ts";
import type { ConverseFamily } from "../../core/facts/converse-family.ts";
import type { JsonObject } from "../../core/json.ts";
import { alphanumericToolId, legalToolId } from "../tool-id.ts";
import { argumentsObject } from "./arguments.ts";
import { cites, renderCitable, renderMedia } from "./render-media.ts";
import type { BlockStyle } from "./render-media.ts";

export function renderBlocks(parts: readonly Part[], style: BlockStyle): JsonObject[] {
  const blocks: JsonObject[] = [];
  // Pictures that a result cannot hold follow all results, which must stay together.
  const apart: JsonObject[] = [];
  for (const part of parts) {
    const rendered = renderBlock(part, style, apart);
    blocks.push(...rendered);
    const cache = cacheOf(part);
    if (cache && rendered.length > 0 && style.family.cachePoints.includes("content")) {
      blocks.push(cachePoint(cache, style.family));
    }
  }
  return [...blocks, ...apart];
}

/** Stands behind what it covers. */
export function cachePoint({ ttl }: CacheMark, { cacheTtl }: ConverseFamily): JsonObject {
  const isLong = ttl === "1h" && cacheTtl;
  return { cachePoint: { type: "default", ...(isLong ? { ttl } : {}) } };
}

function cacheOf(part: Part): CacheMark | undefined {
  if (part.type === "reasoning") return undefined;
  // Inside a result there is no place for it.
  return part.type === "tool-result" ? (part.cache ?? part.parts.at(-1)?.cache) : part.cache;
}

function renderBlock(part: Part, style: BlockStyle, apart: JsonObject[]): JsonObject[] {
  switch (part.type) {
    case "text":
      // Blank text is refused.
      return part.text.trim() === "" ? [] : [renderText(part, style)];
    case "media":
      return [renderMedia(part, style)];
    case "reasoning":
      return style.family.ownWords === "claude" ? renderReasoning(part) : [];
    case "tool-call": {
      const { name, arguments: text } = part;
      const toolUseId = toolIdOf(part.id, style);
      return [{ toolUse: { toolUseId, name, input: argumentsObject(text) } }];
    }
    case "tool-result":
      return [renderResult(part, style, apart)];
  }
}

/** To families that do not cite, a document's words are words. */
function renderText({ text, document }: TextPart, style: BlockStyle): JsonObject {
  return document && cites(style) ? renderCitable(document, style.names) : { text };
}

function toolIdOf(id: string, { family, toolIdCharactersMax }: BlockStyle): string {
  return family.toolIdCharacters === undefined
    ? legalToolId(id, toolIdCharactersMax)
    : alphanumericToolId(id, family.toolIdCharacters);
}

/** Only thoughts that Claude itself signed may go back; all others are refused. */
function renderReasoning({ text, proof }: ReasoningPart): JsonObject[] {
  if (proof?.issuer !== "anthropic") return [];
  return proof.kind === "redacted"
    ? [{ reasoningContent: { redactedContent: proof.data } }]
    : [{ reasoningContent: { reasoningText: { text, signature: proof.data } } }];
}

function renderResult(part: ToolResultPart, style: BlockStyle, apart: JsonObject[]): JsonObject {
  const { richResults } = style.family;
  const content: JsonObject[] = [];
  for (const inner of part.parts) {
    const holder = inner.type === "media" && !richResults ? apart : content;
    holder.push(...renderBlock(inner, style, apart));
  }
  if (part.isError && !richResults) content.unshift({ text: "Error:" });
  return {
    toolResult: {
      toolUseId: toolIdOf(part.id, style),
      // A result cannot be empty.
      content: content.length > 0 ? content : [{ text: "(no output)" }],
      ...(part.isError && richResults ? { status: "error" } : {}),
    },
  };
}
