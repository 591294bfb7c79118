import type { GeminiModel } from "./gemini-models.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { firstOf } from "./problems.ts";
import type { Problems } from "./problems.ts";
import type { Signatures } from "./signatures.ts";

const LEARN_MORE =
  "Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini";

/** The first reason Gemini would refuse this body. Names are camel case by now, and all are known. */
export function geminiProblem(
  body: JsonObject,
  model: GeminiModel,
  signatures: Signatures,
): string | undefined {
  return firstOf(problems(body, model, signatures));
}

function* problems(body: JsonObject, model: GeminiModel, signatures: Signatures): Problems {
  const contents = asArray(body["contents"]).map(asObject);
  if (contents.length === 0) {
    yield `Unable to submit request because at least one contents field is required. ${LEARN_MORE}`;
  }
  yield* contentProblems(contents);
  yield* configProblems(asObject(body["generationConfig"]), model, body);
  yield* toolProblems(body);
  yield* pairingProblems(contents);
  yield* signatureProblems(contents, model, signatures);
}

function* contentProblems(contents: JsonObject[]): Problems {
  for (const content of contents) {
    const role = content["role"];
    // There is no system or tool role; a missing one means user.
    if (role !== undefined && role !== "user" && role !== "model" && role !== "function")
      yield "Please use a valid role: user, model.";
    const parts = asArray(content["parts"]).map(asObject);
    if (parts.length === 0)
      yield `Unable to submit request because it must include at least one parts field, which describes the prompt input. ${LEARN_MORE}`;
    for (const part of parts) yield* partProblems(part);
  }
}

const DATA_FIELDS = [
  "text",
  "inlineData",
  "fileData",
  "functionCall",
  "functionResponse",
  "executableCode",
  "codeExecutionResult",
];

function* partProblems(part: JsonObject): Problems {
  const data = DATA_FIELDS.filter((name) => part[name] !== undefined);
  if (data.length === 0 && part["thoughtSignature"] === undefined) {
    yield `Unable to submit request because it must have one initialized data field. ${LEARN_MORE}`;
  }
  if (data.length > 1)
    yield `Invalid value at 'contents.parts' (oneof), oneof field 'data' is already set. Cannot set '${data[1]}'`;
  const response = asObject(part["functionResponse"]);
  // A struct: lists, text and numbers have to be wrapped.
  if (part["functionResponse"] !== undefined && !isObject(response["response"])) {
    yield `Invalid value at 'contents.parts.function_response.response' (type.googleapis.com/google.protobuf.Struct), ${JSON.stringify(response["response"] ?? null)}`;
  }
  const call = asObject(part["functionCall"]);
  if (call["args"] !== undefined && !isObject(call["args"])) {
    yield `Invalid value at 'contents.parts.function_call.args' (type.googleapis.com/google.protobuf.Struct), ${JSON.stringify(call["args"])}`;
  }
  const inline = asObject(part["inlineData"]);
  if (part["inlineData"] !== undefined && asString(inline["mimeType"]) === "") {
    yield `Unable to submit request because it must have a mimeType parameter. ${LEARN_MORE}`;
  }
  if (part["inlineData"] !== undefined && !isBase64(asString(inline["data"]))) {
    yield `Invalid value at 'contents.parts.inline_data.data' (TYPE_BYTES), Base64 decoding failed for "${asString(inline["data"]).slice(0, 32)}"`;
  }
}

const LEVELS = ["minimal", "low", "medium", "high"];
const STOPS_MAX = 5;

function* configProblems(config: JsonObject, model: GeminiModel, body: JsonObject): Problems {
  const maxTokens = config["maxOutputTokens"];
  if (typeof maxTokens === "number" && (maxTokens < 1 || maxTokens > model.maxOutputTokens)) {
    yield `Unable to submit request because it has a maxOutputTokens value of ${maxTokens} but the supported range is from 1 (inclusive) to ${model.maxOutputTokens + 1} (exclusive). Update the value and try again.`;
  }
  const temperature = config["temperature"];
  if (typeof temperature === "number" && (temperature < 0 || temperature > 2)) {
    yield `Unable to submit request because it has a temperature value of ${temperature} but the supported range is from 0 (inclusive) to 2.0 (inclusive). Update the value and try again.`;
  }
  if (asArray(config["stopSequences"]).length > STOPS_MAX) {
    yield `Unable to submit request because it has more than ${STOPS_MAX} stop sequences. Reduce the number of stop sequences and try again.`;
  }
  if (typeof config["candidateCount"] === "number" && config["candidateCount"] > 1)
    yield "Multiple candidates is not enabled for this model";
  const mimeType = config["responseMimeType"] ?? "text/plain";
  const hasSchema =
    config["responseSchema"] !== undefined || config["responseJsonSchema"] !== undefined;
  if (hasSchema && mimeType !== "application/json" && mimeType !== "text/x.enum") {
    yield "Unable to submit request because response_schema is only supported with response_mime_type application/json or text/x.enum. Update the response mime type and try again.";
  }
  // Structured output and function calling only meet from Gemini 3 on.
  if (mimeType === "application/json" && model.generation < 3 && functionsOf(body).length > 0) {
    yield "Function calling with a response mime type: 'application/json' is unsupported";
  }
  yield* thinkingProblems(asObject(config["thinkingConfig"]), model);
}

function* thinkingProblems(thinking: JsonObject, model: GeminiModel): Problems {
  const { thinkingBudget: budget, thinkingLevel: level } = thinking;
  if (budget !== undefined && level !== undefined)
    yield "You can only set only one of thinking budget and thinking level.";
  if (level !== undefined && model.generation < 3)
    yield "Unable to submit request because thinking_level is not supported by this model. Please use thinking_budget instead.";
  if (level !== undefined && !LEVELS.includes(asString(level).toLowerCase())) {
    yield `Invalid value at 'generation_config.thinking_config.thinking_level' (type.googleapis.com/google.cloud.aiplatform.v1.GenerationConfig.ThinkingConfig.ThinkingLevel), "${asString(level)}"`;
  }
  const [minimum, maximum] = model.budget;
  if (typeof budget === "number" && budget !== -1 && (budget < minimum || budget > maximum)) {
    yield `Unable to submit request because Thinking budget is out of range; supported values are integers from ${minimum} to ${maximum}. Set the thinking budget to -1 for automatic.`;
  }
}

const FUNCTION_NAME = /^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/u;

export function functionsOf(body: JsonObject): JsonObject[] {
  return asArray(body["tools"])
    .flatMap((tool) => asArray(asObject(tool)["functionDeclarations"]))
    .map(asObject);
}

function* toolProblems(body: JsonObject): Problems {
  const functions = functionsOf(body);
  for (const declared of functions) {
    const name = asString(declared["name"]);
    if (!FUNCTION_NAME.test(name)) {
      yield `Invalid function name: ${name}. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.`;
    }
    if (declared["parameters"] !== undefined && declared["parametersJsonSchema"] !== undefined) {
      yield `Unable to submit request because \`${name}\` functionDeclaration has both \`parameters\` and \`parameters_json_schema\`. Only one may be set.`;
    }
    if (isObject(declared["parameters"])) yield* schemaProblems(declared["parameters"], name);
  }
  const calling = asObject(asObject(body["toolConfig"])["functionCallingConfig"]);
  const mode = asString(calling["mode"] ?? "AUTO").toUpperCase();
  const allowed = asArray(calling["allowedFunctionNames"]);
  if (!["AUTO", "ANY", "NONE", "VALIDATED", "MODE_UNSPECIFIED"].includes(mode)) {
    yield `Invalid value at 'tool_config.function_calling_config.mode' (type.googleapis.com/google.cloud.aiplatform.v1.FunctionCallingConfig.Mode), "${mode}"`;
  }
  if (allowed.length > 0 && mode !== "ANY" && mode !== "VALIDATED") {
    yield "Unable to submit request because allowed_function_names should only be set when function calling mode is ANY.";
  }
  const missing = allowed.find((name) => !functions.some((declared) => declared["name"] === name));
  if (missing !== undefined)
    yield `Unable to submit request because allowed_function_names contains ${String(missing)}, which is not one of the function_declarations.`;
}

function* schemaProblems(schema: JsonObject, name: string): Problems {
  const type = asString(schema["type"]).toUpperCase();
  // A function without parameters leaves the schema out altogether.
  if (type === "OBJECT" && Object.keys(asObject(schema["properties"])).length === 0) {
    yield `Unable to submit request because \`${name}\` functionDeclaration \`parameters\` schema properties: should be non-empty for OBJECT type. ${LEARN_MORE}`;
  }
  if (type !== "OBJECT")
    yield `Unable to submit request because \`${name}\` functionDeclaration \`parameters\` schema should be of type OBJECT. ${LEARN_MORE}`;
}

/** All results of a step stand in one content, as many as there were calls. */
function* pairingProblems(contents: JsonObject[]): Problems {
  for (const [index, content] of contents.entries()) {
    const calls = count(contents[index - 1], "functionCall");
    const responses = count(content, "functionResponse");
    if (responses > 0 && responses !== calls) {
      yield "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.";
    }
    const mine = count(content, "functionCall");
    const next = contents[index + 1];
    if (mine > 0 && next && count(next, "functionResponse") !== mine) {
      yield "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.";
    }
    if (mine > 0 && index === 0)
      yield "Please ensure that function call turn comes immediately after a user turn or after a function response turn.";
  }
}

function count(content: JsonObject | undefined, field: string): number {
  return asArray(content?.["parts"]).filter((part) => isObject(asObject(part)[field])).length;
}

/** For history that another model wrote, Google documents these in place of a signature. */
const SENTINELS = ["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"];

/** Only the running turn is checked: everything after the last thing the user said in words. */
function* signatureProblems(
  contents: JsonObject[],
  model: GeminiModel,
  signatures: Signatures,
): Problems {
  const lastSaid = contents.findLastIndex(
    (content) => content["role"] !== "model" && count(content, "functionResponse") === 0,
  );
  for (const [index, content] of contents.entries()) {
    const parts = asArray(content["parts"]).map(asObject);
    const first = parts.find((part) => isObject(part["functionCall"]));
    if (
      first &&
      model.generation >= 3 &&
      index > lastSaid &&
      first["thoughtSignature"] === undefined
    ) {
      const name = asString(asObject(first["functionCall"])["name"]);
      yield `Unable to submit request because function call \`${name}\` in the ${index + 1}. content block is missing a \`thought_signature\`. Learn more: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thought-signatures`;
    }
    for (const part of parts) yield* oneSignatureProblems(part["thoughtSignature"], signatures);
  }
}

function* oneSignatureProblems(signature: unknown, signatures: Signatures): Problems {
  if (signature === undefined || SENTINELS.includes(asString(signature))) return;
  if (!isBase64(asString(signature))) {
    yield `Invalid value at 'contents.parts.thought_signature' (TYPE_BYTES), Base64 decoding failed for "${asString(signature).slice(0, 32)}"`;
  }
  if (!signatures.isGenuine("gemini", asString(signature))) yield "Corrupted thought signature.";
}

function isBase64(text: string): boolean {
  return text !== "" && /^[A-Za-z0-9+/_-]+={0,2}$/u.test(text);
}
