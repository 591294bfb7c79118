import { cohereMessageProblems } from "./cohere-messages.ts";
import { findCohereModel, invalid, strangers } from "./cohere-problem.ts";
import type { CohereModel, CohereProblem } from "./cohere-problem.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { firstOf } from "./problems.ts";
import type { Problems } from "./problems.ts";

export function cohereProblem(body: JsonObject): CohereProblem | undefined {
  return firstOf(problems(body));
}

const MEMBERS: Record<string, (value: unknown) => boolean> = {
  stream: (value) => typeof value === "boolean",
  model: (value) => typeof value === "string",
  messages: Array.isArray,
  tools: Array.isArray,
  strict_tools: (value) => typeof value === "boolean",
  documents: Array.isArray,
  citation_options: isObject,
  response_format: isObject,
  safety_mode: (value) => ["CONTEXTUAL", "STRICT", "OFF"].includes(asString(value)),
  max_tokens: (value) => Number.isInteger(value) && Number(value) > 0,
  stop_sequences: (value) => Array.isArray(value) && value.length <= 5,
  temperature: (value) => isBetween(0, value, 1),
  seed: (value) => Number.isInteger(value) && Number(value) >= 0,
  frequency_penalty: (value) => isBetween(0, value, 1),
  presence_penalty: (value) => isBetween(0, value, 1),
  k: (value) => isBetween(0, value, 500),
  p: (value) => isBetween(0.01, value, 0.99),
  logprobs: (value) => typeof value === "boolean",
  tool_choice: (value) => value === "REQUIRED" || value === "NONE",
  thinking: isObject,
  priority: (value) => isBetween(0, value, 999),
};

function isBetween(least: number, value: unknown, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

function* problems(body: JsonObject): Problems<CohereProblem> {
  yield* strangers(body, Object.keys(MEMBERS));
  for (const [name, value] of Object.entries(body)) {
    if (!MEMBERS[name]?.(value)) yield invalid(`${name} has a value that is not valid`);
  }
  const name = asString(body["model"]);
  if (name === "") yield invalid("model is required");
  const model = findCohereModel(name);
  if (model === undefined) {
    const message = `model '${name}' not found, make sure the correct model ID was used`;
    return yield { status: 404, message };
  }
  yield* limitProblems(body, model);
  yield* toolProblems(body);
  yield* documentProblems(body);
  yield* formatProblems(body);
  yield* thinkingProblems(body, model);
  yield* cohereMessageProblems(body, model);
}

function* limitProblems(body: JsonObject, model: CohereModel): Problems<CohereProblem> {
  const asked = Number(body["max_tokens"] ?? 0);
  if (asked > model.maxOutputTokens) {
    const bound = `must be less than or equal to ${model.maxOutputTokens}`;
    yield {
      status: 400,
      message: `too many tokens: max tokens ${bound}, the maximum output for this model - received ${asked}.`,
    };
  }
  if (body["frequency_penalty"] && body["presence_penalty"])
    yield invalid("cannot specify both frequency_penalty and presence_penalty.");
}

function* toolProblems(body: JsonObject): Problems<CohereProblem> {
  const tools = asArray(body["tools"]).map(asObject);
  for (const tool of tools) {
    yield* strangers(tool, ["type", "function"]);
    const called = asObject(tool["function"]);
    yield* strangers(called, ["name", "description", "parameters"]);
    if (tool["type"] !== "function" || asString(called["name"]) === "")
      yield invalid("all tools must have a type of function and a name");
    if (asObject(called["parameters"])["type"] !== "object")
      yield invalid("tool parameters must be a JSON schema of type object");
    const required = asArray(asObject(called["parameters"])["required"]);
    if (body["strict_tools"] === true && required.length === 0)
      yield invalid("strict_tools needs at least one required parameter in every tool");
  }
  if (body["tool_choice"] !== undefined && tools.length === 0)
    yield invalid("tool_choice can only be specified when tools are provided");
  if (body["strict_tools"] === true && tools.length === 0)
    yield invalid("strict_tools can only be specified when tools are provided");
}

const CITATION_MODES = ["ENABLED", "DISABLED", "FAST", "ACCURATE", "OFF"];

function* documentProblems(body: JsonObject): Problems<CohereProblem> {
  const documents = body["documents"];
  if (Array.isArray(documents) && documents.length === 0)
    yield invalid("list of documents must not be empty");
  for (const document of asArray(documents)) {
    if (typeof document === "string") continue;
    yield* strangers(asObject(document), ["id", "data"]);
    const data = asObject(asObject(document)["data"]);
    if (Object.keys(data).length === 0) yield invalid("documents must have data");
    if (Object.values(data).some((value) => typeof value !== "string"))
      yield invalid("the fields of a document must be strings");
  }
  const options = asObject(body["citation_options"]);
  yield* strangers(options, ["mode"]);
  if (options["mode"] !== undefined && !CITATION_MODES.includes(asString(options["mode"])))
    yield invalid("citation_options.mode is not valid");
  const isGrounded = documents !== undefined || body["tools"] !== undefined;
  if (body["safety_mode"] !== undefined && isGrounded)
    yield invalid("safety_mode is not configurable in combination with tools or documents");
}

function* formatProblems(body: JsonObject): Problems<CohereProblem> {
  if (body["response_format"] === undefined) return;
  const format = asObject(body["response_format"]);
  yield* strangers(format, ["type", "json_schema"]);
  if (format["type"] !== "json_object" && format["type"] !== "text")
    yield invalid("response_format.type must be text or json_object");
  if (format["type"] === "text") return;
  if (body["documents"] !== undefined) yield invalid("response_format is not supported with RAG.");
  if (body["tools"] !== undefined) yield invalid("response_format is not supported with tools.");
}

function* thinkingProblems(body: JsonObject, model: CohereModel): Problems<CohereProblem> {
  if (body["thinking"] === undefined) return;
  const thinking = asObject(body["thinking"]);
  yield* strangers(thinking, ["type", "token_budget"]);
  if (!model.thinks) yield invalid("thinking is not supported by this model");
  if (thinking["type"] !== "enabled" && thinking["type"] !== "disabled")
    yield invalid("thinking.type must be enabled or disabled");
  const budget = thinking["token_budget"];
  if (budget !== undefined && !(Number.isInteger(budget) && Number(budget) > 0))
    yield invalid("thinking.token_budget must be a positive integer");
}
