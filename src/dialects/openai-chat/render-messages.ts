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
import { joinedText } from "../turns.ts";

export function renderMessages(turns: readonly Message[], target: RenderTarget): JsonObject[] {
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
  const content = joinedText(parts);
  return content === "" ? [] : [{ role: "system", content }];
}

/** Results come first, one message each; they are text, so their pictures follow as the user's. */
function renderUser({ parts }: Message, target: RenderTarget): JsonObject[] {
  const results = parts.filter((part) => part.type === "tool-result");
  const pictures = results.flatMap((result) => mediaOf(result, target));
  const rest = parts.filter((part) => part.type === "text" || part.type === "media");
  const content = renderContent([...pictures, ...rest], target);
  return [
    ...results.map((result) => renderResult(result, target)),
    ...(content === undefined ? [] : [{ role: "user", content }]),
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
  // There is no field for failure.
  return {
    role: "tool",
    tool_call_id: legalToolId(id, capabilities.toolIdCharactersMax),
    content: isError ? `Error: ${text}` : text,
  };
}

/** A plain string where there are only words: not every server takes lists. */
function renderContent(
  parts: readonly (TextPart | MediaPart)[],
  target: RenderTarget,
): Json | undefined {
  const said = parts.filter((part) => part.type === "media" || part.text !== "");
  if (said.length === 0) return undefined;
  return said.every((part) => part.type === "text")
    ? joinedText(said)
    : said.map((part) => renderPart(part, target));
}

function renderPart(part: TextPart | MediaPart, { capabilities }: RenderTarget): JsonObject {
  if (part.type === "text") return { type: "text", text: part.text };
  const isUrl = "url" in part.source;
  if (isUrl && (!capabilities.urlMedia || part.kind !== "image")) {
    throw unsupported(
      "messages",
      `this model's provider fetches no ${part.kind} by URL; send it as base64`,
    );
  }
  switch (part.kind) {
    case "image":
      return { type: "image_url", image_url: { url: urlOfSource(part) } };
    case "document":
      return {
        type: "file",
        file: { filename: part.name ?? "document.pdf", file_data: urlOfSource(part) },
      };
    case "audio":
      return { type: "input_audio", input_audio: audioOf(part) };
  }
}

function audioOf({ mediaType, source }: MediaPart): JsonObject {
  const data = "base64" in source ? source.base64 : "";
  return { data, format: mediaType.replace("audio/", "") };
}

function renderAssistant({ parts }: Message, target: RenderTarget): JsonObject[] {
  const calls = parts.filter((part) => part.type === "tool-call");
  const text = joinedText(parts, "");
  if (text === "" && calls.length === 0) return [];
  return [
    {
      role: "assistant",
      content: text === "" ? null : text,
      ...(calls.length > 0 ? { tool_calls: calls.map((call) => renderCall(call, target)) } : {}),
      ...(wantsThoughtsBack(target.model) ? { reasoning_content: thoughtsOf(parts) } : {}),
    },
  ];
}

/** DeepSeek's newer models need their thoughts again, "" if there were none; R1 and OpenAI refuse them. */
export function wantsThoughtsBack(model: string): boolean {
  return /deepseek-v[4-9]/i.test(model);
}

function thoughtsOf(parts: readonly Part[]): string {
  return parts
    .filter((part) => part.type === "reasoning")
    .map((part) => part.text)
    .join("");
}

function renderCall(
  { id, name, arguments: text }: ToolCallPart,
  { capabilities }: RenderTarget,
): JsonObject {
  const called = { name, arguments: text.trim() === "" ? "{}" : text };
  const callId = legalToolId(id, capabilities.toolIdCharactersMax);
  return { id: callId, type: "function", function: called };
}
