import type { ChatRequest } from "../../core/chat.ts";
import type { ConverseFamily } from "../../core/facts/converse-family.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";
import { noteDropped } from "../dropped.ts";
import { wantsCitations } from "../wishes.ts";
import { limitCachePoints } from "./cache-points.ts";
import { renderExtras } from "./render-extras.ts";
import type { Extras } from "./render-extras.ts";
import { renderFormat } from "./render-format.ts";
import { cites, createDocumentNames } from "./render-media.ts";
import { renderTools } from "./render-tools.ts";
import { renderConversation } from "./render-turns.ts";

/** The model is said by the URL, and so is whether the answer is streamed. */
export function renderRequest(request: ChatRequest, target: RenderTarget): JsonObject {
  const { capabilities, dropped } = target;
  const { converse: family } = capabilities;
  const style = {
    family,
    names: createDocumentNames(),
    toolIdCharactersMax: capabilities.toolIdCharactersMax,
  };
  const { system, turns } = renderConversation(request.messages, style, capabilities);
  const { toolConfig, instruction } = renderTools(request, family, target);
  const format = renderFormat(request, family, turns, target);
  for (const words of [instruction, format.instruction]) if (words) system.push({ text: words });
  const extras = renderExtras(request, family, turns, target);
  const inferenceConfig = renderInference(request, extras, family, target);
  const outputConfig = {
    ...(format.textFormat ? { textFormat: format.textFormat } : {}),
    ...(extras.effort === undefined ? {} : { effort: extras.effort }),
  };
  dropped.push(...(request.ignored ?? []));
  if (wantsCitations(request) && !cites(style)) dropped.push("citations");
  const body: JsonObject = {
    ...(system.length > 0 ? { system } : {}),
    messages: turns.map(({ role, content }) => ({ role, content })),
    ...filled({ inferenceConfig, outputConfig, additionalModelRequestFields: extras.fields }),
    ...(toolConfig ? { toolConfig } : {}),
    ...renderStopPath(request, family),
    ...renderEndUser(request, dropped),
  };
  limitCachePoints(body);
  return body;
}

/** Members that say something. */
function filled(members: Record<string, JsonObject>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => Object.keys(value).length > 0),
  );
}

function renderInference(
  request: ChatRequest,
  { isThinking, isLengthFree }: Extras,
  family: ConverseFamily,
  { capabilities, dropped }: RenderTarget,
): JsonObject {
  const { maxOutputTokens, sampling, stopSequences } = request;
  const { temperature, topP, seed, presencePenalty, frequencyPenalty } = sampling;
  noteDropped(dropped, {
    seed,
    presence_penalty: presencePenalty,
    frequency_penalty: frequencyPenalty,
  });
  const samples = capabilities.sampling && !isThinking;
  if (!samples) noteDropped(dropped, { temperature, top_p: topP });
  if (isLengthFree) noteDropped(dropped, { max_tokens: maxOutputTokens });
  // Where both are refused together, the temperature is the clearer wish.
  const isTopPTooMuch =
    !family.temperatureWithTopP && temperature !== undefined && topP !== undefined && samples;
  if (isTopPTooMuch) dropped.push("top_p");
  const stops = stopSequences.filter((sequence) => sequence.trim() !== "");
  if (stops.length > 0 && !family.stopSequences) dropped.push("stop");
  return {
    ...(maxOutputTokens === undefined || isLengthFree
      ? {}
      : { maxTokens: Math.min(maxOutputTokens, capabilities.maxOutputTokens) }),
    ...(temperature === undefined || !samples ? {} : { temperature: Math.min(temperature, 1) }),
    ...(topP === undefined || !samples || isTopPTooMuch ? {} : { topP }),
    ...(stops.length > 0 && family.stopSequences ? { stopSequences: stops } : {}),
  };
}

/** Which sequence stopped it Claude only tells who asks. */
function renderStopPath({ stopSequences }: ChatRequest, { ownWords }: ConverseFamily): JsonObject {
  return ownWords === "claude" && stopSequences.length > 0
    ? { additionalModelResponseFieldPaths: ["/stop_sequence", "/delta/stop_sequence"] }
    : {};
}

function renderEndUser({ endUser }: ChatRequest, dropped: string[]): JsonObject {
  // Metadata ends up in the account's logs, and may not hold every character.
  if (endUser === undefined) return {};
  const isLegal = /^[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}$/.test(endUser) && !endUser.includes("@");
  if (!isLegal) dropped.push("user");
  return isLegal ? { requestMetadata: { user_id: endUser } } : {};
}
