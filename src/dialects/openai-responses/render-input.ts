import type {
  MediaPart,
  Message,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { unsupported } from "../checked.ts";
import type { RenderTarget } from "../dialect.ts";
import { urlOfSource } from "../media.ts";
import { wrapProof } from "../proof-envelope.ts";
import { legalToolId } from "../tool-id.ts";
import { joinedText } from "../turns.ts";

export function renderInput(turns: readonly Message[], target: RenderTarget): JsonObject[] {
  return turns.flatMap((turn) => {
    switch (turn.role) {
      case "system":
        return renderSystem(turn);
      case "user":
        return renderUser(turn, target);
      case "assistant":
        return renderAssistant(turn, target);
    }
  });
}

function renderSystem({ parts }: Message): JsonObject[] {
  const text = joinedText(parts);
  return text === "" ? [] : [messageOf("developer", [{ type: "input_text", text }])];
}

function messageOf(role: string, content: JsonObject[]): JsonObject {
  return { type: "message", role, content };
}

function renderUser({ parts }: Message, target: RenderTarget): JsonObject[] {
  const results = parts.filter((part) => part.type === "tool-result");
  const content = parts.flatMap((part) =>
    part.type === "text" || part.type === "media" ? renderPart(part, target) : [],
  );
  return [
    ...results.map((result) => renderResult(result, target)),
    ...(content.length === 0 ? [] : [messageOf("user", content)]),
  ];
}

function renderResult({ id, parts, isError }: ToolResultPart, target: RenderTarget): JsonObject {
  // There is no field for failure.
  const told: (TextPart | MediaPart)[] = isError
    ? [{ type: "text", text: `Error: ${joinedText(parts)}` }, ...parts.filter(isMedia)]
    : parts;
  const output: Json = told.some(isMedia)
    ? told.flatMap((part) => renderPart(part, target))
    : joinedText(told);
  return {
    type: "function_call_output",
    call_id: legalToolId(id, target.capabilities.toolIdCharactersMax),
    output,
  };
}

function isMedia(part: Part): part is MediaPart {
  return part.type === "media";
}

function renderPart(part: TextPart | MediaPart, { capabilities }: RenderTarget): JsonObject[] {
  if (part.type === "text")
    return part.text === "" ? [] : [{ type: "input_text", text: part.text }];
  const { source } = part;
  if ("url" in source && !capabilities.urlMedia) {
    throw unsupported(
      "messages",
      `this model's provider fetches no ${part.kind} by URL; send it as base64`,
    );
  }
  switch (part.kind) {
    case "image":
      return [{ type: "input_image", detail: "auto", image_url: urlOfSource(part) }];
    case "document":
      return "url" in source
        ? [{ type: "input_file", file_url: source.url }]
        : [
            {
              type: "input_file",
              filename: part.name ?? "document.pdf",
              file_data: urlOfSource(part),
            },
          ];
    case "audio":
      throw unsupported("messages", "this model hears nothing over the Responses API");
  }
}

/** A thought belongs to what follows it, and OpenAI refuses one that nothing follows. */
function renderAssistant({ parts }: Message, target: RenderTarget): JsonObject[] {
  const last = parts.findLastIndex((part) => part.type !== "reasoning");
  return parts.slice(0, last + 1).flatMap((part) => {
    switch (part.type) {
      case "text":
        return part.text === "" ? [] : [renderWords(part)];
      case "reasoning":
        return renderThought(part);
      case "tool-call":
        return [renderCall(part, target)];
      case "media":
      case "tool-result":
        return [];
    }
  });
}

function renderWords({ text }: TextPart): JsonObject {
  return messageOf("assistant", [{ type: "output_text", text }]);
}

/** Without OpenAI's own proof a thought is nobody's. Which account can read it is seen to at the address. */
function renderThought({ text, proof }: ReasoningPart): JsonObject[] {
  if (proof?.issuer !== "openai") return [];
  const summary = text === "" ? [] : [{ type: "summary_text", text }];
  return [{ type: "reasoning", summary, encrypted_content: wrapProof(proof, "openai") }];
}

function renderCall(
  { id, name, arguments: text }: ToolCallPart,
  { capabilities }: RenderTarget,
): JsonObject {
  return {
    type: "function_call",
    call_id: legalToolId(id, capabilities.toolIdCharactersMax),
    name,
    arguments: text.trim() === "" ? "{}" : text,
  };
}
