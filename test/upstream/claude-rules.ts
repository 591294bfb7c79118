import { outputConfigProblems } from "./claude-output.ts";
import { extra, hasBeta } from "./claude-surfaces.ts";
import type { ClaudeRequest } from "./claude-surfaces.ts";
import { cacheProblems, toolProblems } from "./claude-tools.ts";
import { turnProblems } from "./claude-turns.ts";
import { asArray, asObject, isObject, unknownField } from "./json.ts";
import { firstOf } from "./problems.ts";
import type { Problems } from "./problems.ts";
import type { Signatures } from "./signatures.ts";

/** The first reason Claude would refuse this body, in its own words. Undefined means it is accepted. */
export function claudeProblem(request: ClaudeRequest, signatures: Signatures): string | undefined {
  return firstOf(problems(request, signatures));
}

function* problems(request: ClaudeRequest, signatures: Signatures): Problems {
  yield* fieldProblems(request);
  yield* limitProblems(request);
  yield* samplingProblems(request);
  yield* thinkingProblems(request);
  yield* outputConfigProblems(asObject(request.body["output_config"]), "output_config", request);
  yield* systemProblems(request.body["system"]);
  yield* toolProblems(request);
  yield* turnProblems(request, signatures);
  yield* cacheProblems(request);
}

/** A field and a beta travel together: without one of these flags the field does not exist. */
const GUARDED: Record<string, string[]> = {
  context_management: ["context-management-2025-06-27", "compact-2026-01-12", "compact-2026-09-04"],
  safeguards: ["dangerous-tool-use-2026-09-03"],
  mcp_servers: ["mcp-client-2025-04-04", "mcp-client-2025-11-20"],
  speed: ["fast-mode-2026-02-01"],
};

function* fieldProblems(request: ClaudeRequest): Problems {
  const { body, surface } = request;
  // `model` and `stream` are in the URL on Bedrock; sending them too is the commonest mistake of a gateway.
  const unknown = unknownField(body, surface.fields);
  if (unknown !== undefined) yield extra(unknown);
  for (const [field, flags] of Object.entries(GUARDED)) {
    if (field in body && !hasBeta(request, flags)) yield extra(field);
  }
  const metadata = asObject(body["metadata"]);
  const unknownMetadata = unknownField(metadata, new Set(["user_id"]));
  if (unknownMetadata !== undefined) yield extra(`metadata.${unknownMetadata}`);
  const user = metadata["user_id"];
  if (user !== undefined && user !== null && typeof user !== "string") {
    yield "metadata.user_id: Input should be a valid string";
  }
}

function* limitProblems({ body, model }: ClaudeRequest): Problems {
  const maxTokens = body["max_tokens"];
  // Unlike OpenAI's, this one has no default.
  if (maxTokens === undefined) yield "max_tokens: Field required";
  if (typeof maxTokens !== "number" || !Number.isInteger(maxTokens)) {
    return yield "max_tokens: Input should be a valid integer";
  }
  if (maxTokens < 1) yield "max_tokens: Input should be greater than or equal to 1";
  if (maxTokens > model.maxOutputTokens) {
    yield `max_tokens: ${maxTokens} > ${model.maxOutputTokens}, which is the maximum allowed number of output tokens for ${model.fullName}`;
  }
  for (const [index, stop] of asArray(body["stop_sequences"]).entries()) {
    if (typeof stop !== "string") yield `stop_sequences.${index}: Input should be a valid string`;
    else if (stop.trim() === "")
      yield "stop_sequences: each stop sequence must contain non-whitespace";
  }
  if ("stop_sequences" in body && !Array.isArray(body["stop_sequences"])) {
    yield "stop_sequences: Input should be a valid list";
  }
  if ("stream" in body && typeof body["stream"] !== "boolean")
    yield "stream: Input should be a valid boolean";
}

function* samplingProblems({ body, model, version }: ClaudeRequest): Problems {
  const given = ["temperature", "top_p", "top_k"].filter((name) => body[name] !== undefined);
  for (const name of given) {
    // The newer API version took them from every model, the newer models from every version.
    if (version === "2026-10-21") yield extra(name);
    if (!model.sampling) yield `\`${name}\` is deprecated for this model.`;
    if (typeof body[name] !== "number") yield `${name}: Input should be a valid number`;
  }
  const temperature = body["temperature"];
  // OpenAI's scale ends at 2.
  if (typeof temperature === "number" && (temperature < 0 || temperature > 1))
    yield "temperature: range: 0..1";
  if (given.includes("temperature") && given.includes("top_p")) {
    yield "`temperature` and `top_p` cannot both be specified for this model. Please use only one.";
  }
}

const THINKING_FIELDS = new Set(["type", "budget_tokens", "display", "block_binding"]);
const DISPLAYS = ["summarized", "omitted", "updates", "full"];
const DOCUMENTATION = "https://docs.claude.com/en/docs/build-with-claude/extended-thinking";

function* thinkingProblems(request: ClaudeRequest): Problems {
  const { body, model } = request;
  if (body["thinking"] === undefined) return;
  const thinking = asObject(body["thinking"]);
  const type = thinking["type"];
  const unknown = unknownField(thinking, THINKING_FIELDS);
  if (unknown !== undefined) yield extra(`thinking.${String(type)}.${unknown}`);
  if (type === "enabled") yield* budgetProblems(request, thinking);
  else if (type === "adaptive") {
    if (!model.adaptiveThinking) yield "adaptive thinking is not supported on this model";
    if ("budget_tokens" in thinking) yield extra("thinking.adaptive.budget_tokens");
  } else if (type === "disabled") {
    if (!model.thinkingCanBeOff) yield '"thinking.type.disabled" is not supported for this model.';
  } else {
    yield `thinking: Input tag '${String(type)}' found using 'type' does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'`;
  }
  yield* displayProblems(request, thinking);
  if (type !== "disabled") yield* conflictsWithThinking(body);
}

function* budgetProblems(request: ClaudeRequest, thinking: Record<string, unknown>): Problems {
  const { body, model } = request;
  if (!model.budgetThinking) {
    yield '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.';
  }
  const budget = thinking["budget_tokens"];
  if (budget === undefined) yield "thinking.enabled.budget_tokens: Field required";
  if (typeof budget !== "number" || budget < 1024) {
    return yield "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024";
  }
  // Interleaved thinking spends its budget over several answers.
  const isPerAnswer = !hasBeta(request, ["interleaved-thinking-2025-05-14"]);
  if (isPerAnswer && budget >= Number(body["max_tokens"])) {
    yield `\`max_tokens\` must be greater than \`thinking.budget_tokens\`. Please consult our documentation at ${DOCUMENTATION}#max-tokens-and-context-window-size`;
  }
}

function* displayProblems(request: ClaudeRequest, thinking: Record<string, unknown>): Problems {
  const display = thinking["display"];
  if (display !== undefined && display !== null && !DISPLAYS.includes(String(display))) {
    yield `thinking.${String(thinking["type"])}.display: Input should be 'summarized' or 'omitted'`;
  }
  if (display === "updates" && !hasBeta(request, ["thinking-display-updates-2026-08-18"])) {
    yield `thinking.${String(thinking["type"])}.display: Input should be 'summarized' or 'omitted'`;
  }
  if ("block_binding" in thinking && !hasBeta(request, ["thinking-binding-controls-2026-08-01"])) {
    yield extra(`thinking.${String(thinking["type"])}.block_binding`);
  }
}

/** Thinking fixes the sampling and leaves the choice of a tool to the model. */
function* conflictsWithThinking(body: Record<string, unknown>): Problems {
  const choice = asObject(body["tool_choice"])["type"];
  if (choice === "any" || choice === "tool")
    yield "Thinking may not be enabled when tool_choice forces tool use.";
  if (typeof body["temperature"] === "number" && body["temperature"] !== 1) {
    yield `\`temperature\` may only be set to 1 when thinking is enabled. Please consult our documentation at ${DOCUMENTATION}#important-considerations-when-using-extended-thinking`;
  }
  if (body["top_k"] !== undefined) yield "`top_k` must be unset when thinking is enabled.";
  if (typeof body["top_p"] === "number" && body["top_p"] < 0.95) {
    yield "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.";
  }
}

function* systemProblems(system: unknown): Problems {
  if (system === undefined || typeof system === "string") return;
  if (!Array.isArray(system)) return yield "system: Input should be a valid list";
  for (const [index, block] of system.entries()) {
    if (!isObject(block) || block["type"] !== "text")
      return yield `system.${index}.type: Input should be 'text'`;
    const unknown = unknownField(block, new Set(["type", "text", "cache_control", "citations"]));
    if (unknown !== undefined) yield extra(`system.${index}.${unknown}`);
    if (typeof block["text"] !== "string")
      yield `system.${index}.text: Input should be a valid string`;
    else if (block["text"] === "") yield "system: text content blocks must be non-empty";
  }
}
