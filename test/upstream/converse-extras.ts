import type { ClaudeModel } from "./claude-models.ts";
import type { ConverseModel } from "./converse-models.ts";
import { asObject, unknownField } from "./json.ts";
import type { JsonObject } from "./json.ts";
import type { Problems } from "./problems.ts";

/** `additionalModelRequestFields`: the words of each model's own API, beside Converse's. */
export function* extraProblems(body: JsonObject, model: ConverseModel): Problems {
  const extras = asObject(body["additionalModelRequestFields"]);
  const unknown = unknownField(extras, new Set(model.extras));
  if (unknown !== undefined)
    yield `Malformed input request: extraneous key [${unknown}] is not permitted, please reformat your input and try again.`;
  // Converse writes the same member of the model's own body from `toolChoice`.
  if ("tool_choice" in extras && asObject(body["toolConfig"])["toolChoice"] !== undefined)
    yield "The additional field tool_choice conflicts with an existing field. Remove the additional field to continue.";
  if (model.claude) yield* thinkingProblems(body, extras, model.claude, model.maxOutputTokens);
  if (model.family === "nova") yield* novaProblems(body, extras);
  const { reasoning_effort: effort } = extras;
  if (effort !== undefined && !["low", "medium", "high"].includes(String(effort)))
    yield "reasoning_effort must be one of low, medium, high";
}

const BUDGET_MIN = 1_024;

function* thinkingProblems(
  body: JsonObject,
  extras: JsonObject,
  claude: ClaudeModel,
  maxOutputTokens: number,
): Problems {
  const inference = asObject(body["inferenceConfig"]);
  const { temperature, topP, maxTokens = maxOutputTokens } = inference;
  if (temperature !== undefined && topP !== undefined && claude.generation >= 4.5)
    yield "`temperature` and `top_p` cannot both be specified for this model. Please use only one.";
  if (extras["top_k"] !== undefined && !claude.sampling)
    yield "`top_k` is deprecated for this model.";
  const { type, budget_tokens: budget } = asObject(extras["thinking"]);
  if (type === undefined) return;
  if (type === "disabled") {
    if (!claude.thinkingCanBeOff) yield '"thinking.type.disabled" is not supported for this model.';
    return;
  }
  if (type === "enabled" && !claude.budgetThinking)
    yield '"thinking.type.enabled" is not supported for this model.';
  if (type === "adaptive" && !claude.adaptiveThinking)
    yield "adaptive thinking is not supported on this model";
  if (type === "enabled" && !(Number(budget) >= BUDGET_MIN))
    yield "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024";
  if (type === "enabled" && Number(maxTokens) <= Number(budget))
    yield "`max_tokens` must be greater than `thinking.budget_tokens`.";
  if (temperature !== undefined && temperature !== 1)
    yield "`temperature` may only be set to 1 when thinking is enabled.";
  if (extras["top_k"] !== undefined) yield "`top_k` must be unset when thinking is enabled.";
  const choice = asObject(asObject(body["toolConfig"])["toolChoice"]);
  const { type: extraChoice } = asObject(extras["tool_choice"]);
  if ("any" in choice || "tool" in choice || extraChoice === "any" || extraChoice === "tool")
    yield "Thinking may not be enabled when tool_choice forces tool use.";
}

/** https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html */
function* novaProblems(body: JsonObject, extras: JsonObject): Problems {
  const inner = asObject(extras["inferenceConfig"]);
  const unknown = unknownField(inner, new Set(["topK"]));
  if (unknown !== undefined)
    yield `Malformed input request: extraneous key [inferenceConfig.${unknown}] is not permitted, please reformat your input and try again.`;
  const { topK } = inner;
  if (topK !== undefined && !(Number(topK) >= 0 && Number(topK) <= 128))
    yield "Malformed input request: #/inferenceConfig/topK: expected maximum 128";
  if (extras["reasoningConfig"] === undefined) return;
  const { type, maxReasoningEffort: effort } = asObject(extras["reasoningConfig"]);
  if (type !== "enabled" && type !== "disabled")
    yield "Malformed input request: #/reasoningConfig/type: must be enabled or disabled";
  if (type === "disabled" && effort !== undefined)
    yield "maxReasoningEffort cannot be set when reasoning is disabled";
  if (type === "enabled" && !["low", "medium", "high"].includes(String(effort)))
    yield "Malformed input request: #/reasoningConfig/maxReasoningEffort: must be low, medium or high";
  const { temperature, topP, maxTokens } = asObject(body["inferenceConfig"]);
  const set = [temperature, topP, maxTokens, topK].some((value) => value !== undefined);
  if (effort === "high" && set)
    yield "temperature, topP, topK and maxTokens cannot be set when maxReasoningEffort is high";
}
