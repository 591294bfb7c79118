import type { ChatRequest, Effort, Reasoning } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";
import { noteDropped } from "../dropped.ts";
import { refuseTooManyStops } from "../stop-sequences.ts";
import { citableCount, hasCacheMarks } from "../wishes.ts";
import { renderConversation } from "./render-messages.ts";
import { renderTools } from "./render-tools.ts";

/** https://docs.cohere.com/reference/chat */
export function renderRequest(request: ChatRequest, target: RenderTarget): JsonObject {
  const { format, instruction } = renderFormat(request);
  // Documents and a format of the answer exclude one another.
  const takesDocuments = format === undefined;
  const { messages, documents } = renderConversation(request, instruction, target, takesDocuments);
  noteLosses(request, documents.length, target);
  return {
    model: target.model,
    messages,
    ...(documents.length > 0 ? { documents } : {}),
    ...renderTools(request, target),
    ...(format ? { response_format: format } : {}),
    ...renderLimits(request, target),
    ...renderSampling(request, target),
    ...renderThinking(request, target),
    ...extensionsOf(request),
    stream: request.stream,
  };
}

/** Cohere's own parameters, which callers may send in their own grammar. */
const EXTENSIONS = ["citation_options", "safety_mode"];

function extensionsOf({ extensions = {} }: ChatRequest): JsonObject {
  return Object.fromEntries(
    Object.entries(extensions).filter(([name]) => EXTENSIONS.includes(name)),
  );
}

function noteLosses(request: ChatRequest, citable: number, { dropped }: RenderTarget): void {
  const kept = extensionsOf(request);
  dropped.push(...(request.ignored ?? []).filter((name) => kept[name] === undefined));
  if (hasCacheMarks(request)) dropped.push("cache_control");
  // Those in a tool's result stay there, as words.
  if (citableCount(request) > citable) dropped.push("citations");
  noteDropped(dropped, { user: request.endUser });
}

interface RenderedFormat {
  format?: JsonObject;
  instruction?: string;
}

/** The vendor keeps to a format where no tools are offered, and is told of it where some are. */
function renderFormat({ outputFormat, tools }: ChatRequest): RenderedFormat {
  if (!outputFormat) return {};
  const isSchema = outputFormat.type === "schema";
  if (tools.length === 0) {
    const schema = isSchema ? { json_schema: outputFormat.schema } : {};
    return { format: { type: "json_object", ...schema } };
  }
  const shape = isSchema
    ? ` that matches this JSON Schema:\n${JSON.stringify(outputFormat.schema)}`
    : ".";
  return { instruction: `Answer with one JSON object and nothing else, no code fence${shape}` };
}

function renderLimits(request: ChatRequest, target: RenderTarget): JsonObject {
  const { maxOutputTokens, stopSequences } = request;
  const { capabilities } = target;
  refuseTooManyStops(request, target, "stop");
  return {
    // A figure above the model's own is refused, and callers name figures of other models.
    ...(maxOutputTokens === undefined
      ? {}
      : { max_tokens: Math.min(maxOutputTokens, capabilities.maxOutputTokens) }),
    ...(stopSequences.length > 0 ? { stop_sequences: stopSequences } : {}),
  };
}

/** The vendor's names; its bounds are kept to where it is addressed. Of the two penalties its models take one at a time. */
function renderSampling({ sampling }: ChatRequest, { dropped }: RenderTarget): JsonObject {
  const { temperature, topP, topK, seed, frequencyPenalty, presencePenalty } = sampling;
  const isOneTooMany = Boolean(frequencyPenalty) && Boolean(presencePenalty);
  if (isOneTooMany) dropped.push("presence_penalty");
  const members = {
    temperature,
    p: topP,
    k: topK,
    seed,
    frequency_penalty: frequencyPenalty,
    presence_penalty: isOneTooMany ? undefined : presencePenalty,
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** Reasoning models think unless told not to; a budget bounds them. The others refuse the word. */
function renderThinking(
  { reasoning, maxOutputTokens }: ChatRequest,
  { capabilities, dropped }: RenderTarget,
): JsonObject {
  if (!reasoning) return {};
  if (capabilities.reasoning === "none") {
    if (reasoning.mode !== "off") dropped.push("reasoning_effort");
    return {};
  }
  if (reasoning.mode === "off") return { thinking: { type: "disabled" } };
  const room = Math.min(maxOutputTokens ?? Infinity, capabilities.maxOutputTokens);
  const budget = budgetOf(reasoning, room);
  return {
    thinking: { type: "enabled", ...(budget === undefined ? {} : { token_budget: budget }) },
  };
}

/** The share of the answer's room that an effort stands for. */
const SHARES: Record<Effort, number> = {
  none: 0,
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.8,
  max: 0.8,
};

/** `undefined` leaves it to the model. Something must be left for the words. */
function budgetOf({ budgetTokens, effort }: Reasoning, room: number): number | undefined {
  const wanted = budgetTokens ?? (effort && Math.floor(room * SHARES[effort]));
  return wanted === undefined ? undefined : Math.max(1, Math.min(wanted, room - 1));
}
