import * as z from "zod";
import type { Message, Part, Role, ToolResultPart } from "../../core/chat.ts";
import type { Json } from "../../core/json.ts";
import { CACHE_CONTROL, cacheMark } from "../cache-control.ts";
import { checked, invalidField } from "../checked.ts";
import { unwrapProof } from "../proof-envelope.ts";
import { BLOCKS, parsePlainBlock, parsePlainContent } from "./parse-plain-blocks.ts";
import type { Block } from "./parse-plain-blocks.ts";

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
