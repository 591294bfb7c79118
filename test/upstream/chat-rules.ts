import { chatMessageProblems } from "./chat-messages.ts";
import type { ChatModel } from "./chat-models.ts";
import { emptyArray, invalidType, unsupported } from "./chat-problem.ts";
import type { ChatProblem } from "./chat-problem.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { firstOf } from "./problems.ts";
import type { Problems } from "./problems.ts";

export function chatProblem(body: JsonObject, model: ChatModel): ChatProblem | undefined {
  return firstOf(problems(body, model));
}

function* problems(body: JsonObject, model: ChatModel): Problems<ChatProblem> {
  yield* fieldProblems(body);
  yield* limitProblems(body, model);
  yield* reasoningProblems(body, model);
  yield* toolProblems(body);
  yield* formatProblems(body);
  yield* chatMessageProblems(body);
}

const FIELDS = new Set([
  "audio",
  "frequency_penalty",
  "function_call",
  "functions",
  "logit_bias",
  "logprobs",
  "max_completion_tokens",
  "max_tokens",
  "messages",
  "metadata",
  "modalities",
  "model",
  "n",
  "parallel_tool_calls",
  "prediction",
  "presence_penalty",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "reasoning_effort",
  "response_format",
  "safety_identifier",
  "seed",
  "service_tier",
  "stop",
  "store",
  "stream",
  "stream_options",
  "temperature",
  "tool_choice",
  "tools",
  "top_logprobs",
  "top_p",
  "user",
  "verbosity",
  "web_search_options",
]);

function* fieldProblems(body: JsonObject): Problems<ChatProblem> {
  // Other dialects' fields (`thinking`, `top_k`, `stop_sequences`) are not ignored here.
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name));
  if (unknown !== undefined)
    yield {
      message: `Unrecognized request argument supplied: ${unknown}`,
      param: null,
      code: null,
    };
  for (const name of [
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "n",
    "seed",
    "presence_penalty",
    "frequency_penalty",
  ]) {
    const value = body[name];
    if (value !== undefined && value !== null && typeof value !== "number")
      yield invalidType(name, "a number", value);
  }
  for (const name of ["stream", "logprobs", "parallel_tool_calls", "store"]) {
    const value = body[name];
    if (value !== undefined && value !== null && typeof value !== "boolean")
      yield invalidType(name, "a boolean", value);
  }
  const temperature = body["temperature"];
  if (typeof temperature === "number" && (temperature < 0 || temperature > 2)) {
    const [word, bound] = temperature > 2 ? ["above maximum", "<= 2"] : ["below minimum", ">= 0"];
    yield {
      message: `Invalid 'temperature': decimal ${word} value. Expected a value ${bound}, but got ${temperature} instead.`,
      param: "temperature",
      code: `decimal_${word.replace(" ", "_")}_value`,
    };
  }
  if (
    body["stream_options"] !== undefined &&
    body["stream_options"] !== null &&
    body["stream"] !== true
  ) {
    yield {
      message: "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
      param: "stream_options",
      code: null,
    };
  }
}

const STOPS_MAX = 4;

function* limitProblems(body: JsonObject, model: ChatModel): Problems<ChatProblem> {
  for (const name of ["max_tokens", "max_completion_tokens"]) {
    const value = body[name];
    if (typeof value !== "number") continue;
    if (value < 1) {
      yield {
        message: `Invalid '${name}': integer below minimum value. Expected a value >= 1, but got ${value} instead.`,
        param: name,
        code: "integer_below_min_value",
      };
    }
    if (value > model.maxOutputTokens) {
      yield {
        message: `${name} is too large: ${value}. This model supports at most ${model.maxOutputTokens} completion tokens, whereas you provided ${value}.`,
        param: name,
        code: "invalid_value",
      };
    }
  }
  if (body["max_tokens"] !== undefined && body["max_completion_tokens"] !== undefined) {
    yield {
      message:
        "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      param: "max_tokens",
      code: "invalid_parameter_combination",
    };
  }
  const stop = body["stop"];
  if (Array.isArray(stop) && stop.length > STOPS_MAX) {
    yield {
      message: `Invalid 'stop': array too long. Expected an array with maximum length ${STOPS_MAX}, but got an array with length ${stop.length} instead.`,
      param: "stop",
      code: "array_above_max_length",
    };
  }
}

const NEVER_WITH_REASONING = [
  "top_p",
  "presence_penalty",
  "frequency_penalty",
  "logit_bias",
  "logprobs",
  "top_logprobs",
];

function* reasoningProblems(body: JsonObject, model: ChatModel): Problems<ChatProblem> {
  const effort = body["reasoning_effort"];
  if (model.efforts.length === 0) {
    if (effort !== undefined && effort !== null) {
      yield {
        message: "Unrecognized request argument supplied: reasoning_effort",
        param: null,
        code: null,
      };
    }
    return;
  }
  if (effort !== undefined && effort !== null && !model.efforts.includes(asString(effort))) {
    const values = model.efforts.map((level) => `'${level}'`).join(", ");
    yield {
      message: `Unsupported value: 'reasoning_effort' does not support '${asString(effort)}' with this model. Supported values are: ${values}.`,
      param: "reasoning_effort",
      code: "unsupported_value",
    };
  }
  // Thinking is paid from the same limit, so the old name, which meant visible tokens, is gone.
  if (body["max_tokens"] !== undefined) {
    yield {
      message:
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      param: "max_tokens",
      code: "unsupported_parameter",
    };
  }
  if (body["stop"] !== undefined && body["stop"] !== null) yield unsupported("stop");
  if (!reasons(body, model)) return;
  if (typeof body["temperature"] === "number" && body["temperature"] !== 1) {
    yield {
      message: `Unsupported value: 'temperature' does not support ${body["temperature"]} with this model. Only the default (1) value is supported.`,
      param: "temperature",
      code: "unsupported_value",
    };
  }
  const sampling = NEVER_WITH_REASONING.find(
    (name) => body[name] !== undefined && body[name] !== null,
  );
  if (sampling !== undefined) yield unsupported(sampling);
  if (!model.toolsWithReasoning && asArray(body["tools"]).length > 0) {
    yield {
      message: `Function tools with reasoning_effort are not supported for ${model.name} in /v1/chat/completions. Please use /v1/responses instead.`,
      param: "reasoning_effort",
      code: null,
    };
  }
}

/** Newer models may be told not to reason, and then sample like the classic ones. */
export function reasons(body: JsonObject, model: ChatModel): boolean {
  return model.efforts.length > 0 && (body["reasoning_effort"] ?? model.defaultEffort) !== "none";
}

const TOOL_NAME = /^[a-zA-Z0-9_-]+$/u;

function* toolProblems(body: JsonObject): Problems<ChatProblem> {
  const tools = body["tools"];
  if (Array.isArray(tools) && tools.length === 0) yield emptyArray("tools");
  for (const [index, tool] of asArray(tools).map(asObject).entries()) {
    const type = tool["type"];
    if (type !== "function" && type !== "custom") {
      yield {
        message: `Invalid value: '${String(type)}'. Supported values are: 'function' and 'custom'.`,
        param: `tools[${index}].type`,
        code: "invalid_value",
      };
    }
    const declared = tool[String(type)];
    // The flat form is the Responses API's.
    if (!isObject(declared)) {
      return yield {
        message: `Missing required parameter: 'tools[${index}].${String(type)}'.`,
        param: `tools[${index}].${String(type)}`,
        code: "missing_required_parameter",
      };
    }
    const name = asString(declared["name"]);
    if (!TOOL_NAME.test(name) || name.length > 64) {
      yield {
        message: `Invalid 'tools[${index}].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
        param: `tools[${index}].function.name`,
        code: "invalid_value",
      };
    }
    const parameters = declared["parameters"];
    if (isObject(parameters) && parameters["type"] !== "object") {
      yield {
        message: `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"', got 'type: "${String(parameters["type"] ?? "None")}"'.`,
        param: `tools[${index}].function.parameters`,
        code: "invalid_function_parameters",
      };
    }
  }
  const hasTools = asArray(tools).length > 0;
  for (const name of ["tool_choice", "parallel_tool_calls"]) {
    if (body[name] === undefined || body[name] === null || hasTools) continue;
    yield {
      message: `Invalid value for '${name}': '${name}' is only allowed when 'tools' are specified.`,
      param: name,
      code: null,
    };
  }
  yield* choiceProblems(body);
}

function* choiceProblems(body: JsonObject): Problems<ChatProblem> {
  const choice = body["tool_choice"];
  // Anthropic's `{type: "auto"}` is the usual leak here.
  if (typeof choice === "string" && !["none", "auto", "required"].includes(choice)) {
    yield {
      message: `Invalid value: '${choice}'. Supported values are: 'none', 'auto', and 'required'.`,
      param: "tool_choice",
      code: "invalid_value",
    };
  }
  if (!isObject(choice)) return;
  const kind = asString(choice["type"]);
  if (!["function", "custom", "allowed_tools"].includes(kind)) {
    yield {
      message: `Invalid value: '${kind}'. Supported values are: 'function', 'allowed_tools', and 'custom'.`,
      param: "tool_choice.type",
      code: "invalid_value",
    };
  }
  const name = asObject(choice["function"])["name"];
  const names = asArray(body["tools"]).map((tool) => asObject(asObject(tool)["function"])["name"]);
  if (kind === "function" && !names.includes(name)) {
    yield {
      message: `Invalid value for 'tool_choice': the function '${String(name)}' was not found in 'tools'.`,
      param: "tool_choice",
      code: null,
    };
  }
}

function* formatProblems(body: JsonObject): Problems<ChatProblem> {
  const format = asObject(body["response_format"]);
  if (format["type"] === "json_object" && !/json/iu.test(JSON.stringify(body["messages"] ?? ""))) {
    yield {
      message:
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      param: "messages",
      code: null,
    };
  }
  if (format["type"] !== "json_schema") return;
  const declared = asObject(format["json_schema"]);
  if (typeof declared["name"] !== "string") {
    yield {
      message: "Missing required parameter: 'response_format.json_schema.name'.",
      param: "response_format.json_schema.name",
      code: "missing_required_parameter",
    };
  }
  const schema = asObject(declared["schema"]);
  if (declared["strict"] === true && schema["additionalProperties"] !== false) {
    yield {
      message: `Invalid schema for response_format '${String(declared["name"])}': In context=(), 'additionalProperties' is required to be supplied and to be false.`,
      param: "response_format",
      code: null,
    };
  }
}
