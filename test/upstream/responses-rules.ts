import type { ChatModel } from "./chat-models.ts";
import { invalidType } from "./chat-problem.ts";
import type { ChatProblem } from "./chat-problem.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { firstOf } from "./problems.ts";
import type { Problems } from "./problems.ts";
import { responsesInputProblems } from "./responses-input.ts";
import { invalidValue, unknownParameter } from "./responses-problem.ts";
import type { Memory } from "./responses-store.ts";

/** Where Responses are asked: Azure knows fewer parameters than OpenAI itself. */
export type ResponsesSurface = "openai" | "azure";

export function responsesProblem(
  body: JsonObject,
  model: ChatModel,
  surface: ResponsesSurface,
  memory: Memory,
): ChatProblem | undefined {
  return firstOf(problems(body, model, surface, memory));
}

function* problems(
  body: JsonObject,
  model: ChatModel,
  surface: ResponsesSurface,
  memory: Memory,
): Problems<ChatProblem> {
  yield* fieldProblems(body, surface);
  yield* limitProblems(body, model);
  yield* reasoningProblems(body, model);
  yield* toolProblems(body);
  yield* formatProblems(body);
  yield* responsesInputProblems(body, memory);
}

const FIELDS = [
  "background",
  "context_management",
  "conversation",
  "include",
  "input",
  "instructions",
  "max_output_tokens",
  "max_tool_calls",
  "metadata",
  "model",
  "parallel_tool_calls",
  "previous_response_id",
  "prompt",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "reasoning",
  "safety_identifier",
  "service_tier",
  "store",
  "stream",
  "stream_options",
  "temperature",
  "text",
  "tool_choice",
  "tools",
  "top_logprobs",
  "top_p",
  "truncation",
  "user",
];
const OPENAI_FIELDS = new Set([...FIELDS, "client_metadata"]);
const AZURE_FIELDS = new Set(FIELDS);

const NUMBERS = ["temperature", "top_p", "max_output_tokens", "max_tool_calls", "top_logprobs"];
const BOOLEANS = ["stream", "store", "parallel_tool_calls", "background"];
const TEXTS = ["instructions", "previous_response_id", "user", "safety_identifier"];

function* fieldProblems(body: JsonObject, surface: ResponsesSurface): Problems<ChatProblem> {
  const allowed = surface === "openai" ? OPENAI_FIELDS : AZURE_FIELDS;
  const unknown = Object.keys(body).find((name) => !allowed.has(name));
  // `messages`, `max_tokens`, `reasoning_effort`: Chat Completions' words are not these.
  if (unknown !== undefined) yield unknownParameter(unknown);
  yield* typeProblems(body, NUMBERS, "number");
  yield* typeProblems(body, BOOLEANS, "boolean");
  yield* typeProblems(body, TEXTS, "string");
  const options = Object.keys(asObject(body["stream_options"]));
  const option = options.find((name) => name !== "include_obfuscation");
  if (option !== undefined) yield unknownParameter(`stream_options.${option}`);
  for (const [name, value] of Object.entries(asObject(body["metadata"]))) {
    if (typeof value !== "string") yield invalidType(`metadata.${name}`, "a string", value);
  }
}

function* typeProblems(
  body: JsonObject,
  names: string[],
  wanted: "number" | "boolean" | "string",
): Problems<ChatProblem> {
  for (const name of names) {
    const value = body[name] ?? undefined;
    if (value !== undefined && typeof value !== wanted)
      yield invalidType(name, `a ${wanted}`, value);
  }
}

const OUTPUT_TOKENS_MIN = 16;

function* limitProblems(body: JsonObject, model: ChatModel): Problems<ChatProblem> {
  const limit = body["max_output_tokens"];
  if (typeof limit !== "number") return;
  if (limit < OUTPUT_TOKENS_MIN) {
    yield {
      message: `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= ${OUTPUT_TOKENS_MIN}, but got ${limit} instead.`,
      param: "max_output_tokens",
      code: "integer_below_min_value",
    };
  }
  if (limit > model.maxOutputTokens) {
    yield {
      message: `max_output_tokens is too large: ${limit}. This model supports at most ${model.maxOutputTokens} output tokens, whereas you provided ${limit}.`,
      param: "max_output_tokens",
      code: "invalid_value",
    };
  }
}

const INCLUDABLE = [
  "file_search_call.results",
  "web_search_call.results",
  "web_search_call.action.sources",
  "message.input_image.image_url",
  "computer_call_output.output.image_url",
  "code_interpreter_call.outputs",
  "reasoning.encrypted_content",
  "message.output_text.logprobs",
];

function* reasoningProblems(body: JsonObject, model: ChatModel): Problems<ChatProblem> {
  for (const [index, wish] of asArray(body["include"]).entries()) {
    if (!INCLUDABLE.includes(asString(wish)))
      yield invalidValue(`include[${index}]`, wish, INCLUDABLE);
  }
  const reasoning = asObject(body["reasoning"]);
  const effort = reasoning["effort"] ?? undefined;
  if (model.efforts.length === 0) {
    if (asArray(body["include"]).includes("reasoning.encrypted_content")) {
      yield {
        message: "Encrypted content is not supported with this model.",
        param: "include",
        code: null,
      };
    }
    if (effort !== undefined) yield unsupportedHere("reasoning.effort");
    return;
  }
  if (effort !== undefined && !model.efforts.includes(asString(effort))) {
    const values = model.efforts.map((level) => `'${level}'`).join(", ");
    yield {
      message: `Unsupported value: '${asString(effort)}' is not supported with the '${model.name}' model. Supported values are: ${values}.`,
      param: "reasoning.effort",
      code: "unsupported_value",
    };
  }
  if (!responsesReasons(body, model)) return;
  const sampling = ["temperature", "top_p"].find((name) => typeof body[name] === "number");
  if (sampling !== undefined) yield unsupportedHere(sampling);
}

function unsupportedHere(param: string): ChatProblem {
  return {
    message: `Unsupported parameter: '${param}' is not supported with this model.`,
    param,
    code: "unsupported_parameter",
  };
}

export function responsesReasons(body: JsonObject, model: ChatModel): boolean {
  const effort = asObject(body["reasoning"])["effort"] ?? model.defaultEffort;
  return model.efforts.length > 0 && effort !== "none";
}

const TOOL_FIELDS: Record<string, string[]> = {
  function: ["type", "name", "description", "parameters", "strict", "defer_loading"],
  custom: ["type", "name", "description", "format", "defer_loading"],
  namespace: ["type", "name", "description", "tools"],
  tool_search: ["type", "execution", "description", "parameters"],
};
const HOSTED_TOOLS = ["web_search", "web_search_preview", "file_search", "code_interpreter"];
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/u;

function* toolProblems(body: JsonObject): Problems<ChatProblem> {
  yield* declarationProblems(body["tools"], "tools");
  yield* choiceProblems(body);
}

function* declarationProblems(tools: unknown, path: string): Problems<ChatProblem> {
  if (tools === undefined || tools === null) return;
  if (!Array.isArray(tools)) return yield invalidType(path, "an array of objects", tools);
  for (const [index, tool] of tools.map(asObject).entries()) {
    yield* declarationProblem(tool, `${path}[${index}]`);
  }
}

function* declarationProblem(tool: JsonObject, at: string): Problems<ChatProblem> {
  const type = asString(tool["type"]);
  if (HOSTED_TOOLS.includes(type)) return;
  const fields = TOOL_FIELDS[type];
  if (!fields)
    return yield invalidValue(`${at}.type`, type, [...Object.keys(TOOL_FIELDS), ...HOSTED_TOOLS]);
  if (type === "tool_search") return;
  // The nested form is Chat Completions'.
  if (tool["name"] === undefined) {
    return yield {
      message: `Missing required parameter: '${at}.name'.`,
      param: `${at}.name`,
      code: "missing_required_parameter",
    };
  }
  const unknown = Object.keys(tool).find((name) => !fields.includes(name));
  if (unknown !== undefined) yield unknownParameter(`${at}.${unknown}`);
  const name = asString(tool["name"]);
  if (!TOOL_NAME.test(name)) {
    yield {
      message: `Invalid '${at}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      param: `${at}.name`,
      code: "invalid_value",
    };
  }
  if (type === "namespace") return yield* declarationProblems(tool["tools"], `${at}.tools`);
  const parameters = tool["parameters"];
  if (!isObject(parameters)) return;
  if (parameters["type"] !== "object") {
    yield {
      message: `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"', got 'type: "${String(parameters["type"] ?? "None")}"'.`,
      param: `${at}.parameters`,
      code: "invalid_function_parameters",
    };
  }
  if (type === "function" && tool["strict"] === true) {
    yield* strictProblems(parameters, `function '${name}'`, `${at}.parameters`);
  }
}

function* strictProblems(schema: JsonObject, what: string, param: string): Problems<ChatProblem> {
  if (schema["additionalProperties"] === false) return;
  yield {
    message: `Invalid schema for ${what}: In context=(), 'additionalProperties' is required to be supplied and to be false.`,
    param,
    code: "invalid_function_parameters",
  };
}

function* choiceProblems(body: JsonObject): Problems<ChatProblem> {
  const choice = body["tool_choice"] ?? undefined;
  if (typeof choice === "string" && !["none", "auto", "required"].includes(choice))
    yield invalidValue("tool_choice", choice, ["none", "auto", "required"]);
  if (!isObject(choice)) return;
  const kind = asString(choice["type"]);
  if (!["function", "custom", "allowed_tools", ...HOSTED_TOOLS].includes(kind))
    yield invalidValue("tool_choice.type", kind, ["function", "custom", "allowed_tools"]);
  if (kind !== "function") return;
  if (choice["name"] === undefined) {
    yield {
      message: "Missing required parameter: 'tool_choice.name'.",
      param: "tool_choice.name",
      code: "missing_required_parameter",
    };
  }
  const names = asArray(body["tools"]).map((tool) => asObject(tool)["name"]);
  if (choice["namespace"] === undefined && !names.includes(choice["name"])) {
    yield {
      message: `Tool choice '${String(choice["name"])}' not found in 'tools' parameter.`,
      param: "tool_choice",
      code: null,
    };
  }
}

function* formatProblems(body: JsonObject): Problems<ChatProblem> {
  const format = asObject(asObject(body["text"])["format"]);
  if (format["type"] === "json_object" && !/json/iu.test(JSON.stringify(body["input"] ?? ""))) {
    yield {
      message:
        "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
      param: "input",
      code: null,
    };
  }
  if (format["type"] !== "json_schema") return;
  if (isObject(format["json_schema"])) yield unknownParameter("text.format.json_schema");
  if (typeof format["name"] !== "string") {
    yield {
      message: "Missing required parameter: 'text.format.name'.",
      param: "text.format.name",
      code: "missing_required_parameter",
    };
  }
  const schema = asObject(format["schema"]);
  if (format["strict"] === true)
    yield* strictProblems(
      schema,
      `response_format '${String(format["name"])}'`,
      "text.format.schema",
    );
}
