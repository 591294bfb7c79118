import type { ConverseModel } from "./converse-models.ts";
import { blank, converseTurnProblems } from "./converse-turns.ts";
import { asArray, asObject, asString, isObject, parseJson, unknownField } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { firstOf } from "./problems.ts";
import type { Problems } from "./problems.ts";
import type { Signatures } from "./signatures.ts";

const FIELDS = new Set([
  "messages",
  "system",
  "inferenceConfig",
  "toolConfig",
  "outputConfig",
  "additionalModelRequestFields",
  "additionalModelResponseFieldPaths",
  "requestMetadata",
  "guardrailConfig",
  "performanceConfig",
  "promptVariables",
  "serviceTier",
]);

/** Why AWS would not take this body, in its words; undefined when it would. */
export function converseProblem(
  body: JsonObject,
  model: ConverseModel,
  signatures: Signatures,
): string | undefined {
  return firstOf(problems(body, model, signatures));
}

function* problems(body: JsonObject, model: ConverseModel, signatures: Signatures): Problems {
  const unknown = unknownField(body, FIELDS);
  if (unknown !== undefined) yield `extraneous key [${unknown}] is not permitted`;
  yield* systemProblems(body["system"]);
  yield* converseTurnProblems(body, model, signatures);
  yield* cacheProblems(body, model);
  yield* toolProblems(body, model);
  yield* inferenceProblems(asObject(body["inferenceConfig"]), model);
  yield* extraProblems(body, model);
}

function* systemProblems(system: unknown): Problems {
  for (const [index, block] of asArray(system).map(asObject).entries()) {
    if ("cachePoint" in block || "guardContent" in block) continue;
    if (asString(block["text"]).trim() === "") yield blank(`system.${index}`);
  }
}

const CACHE_POINTS_MAX = 4;

function* cacheProblems(body: JsonObject, model: ConverseModel): Problems {
  const lists = [
    asArray(body["system"]),
    asArray(asObject(body["toolConfig"])["tools"]),
    ...asArray(body["messages"]).map((message) => asArray(asObject(message)["content"])),
  ];
  const points = lists.flat().filter((block) => "cachePoint" in asObject(block));
  if (points.length > 0 && !model.caching)
    yield "You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.";
  if (points.length > CACHE_POINTS_MAX)
    yield `A maximum of ${CACHE_POINTS_MAX} blocks with cachePoint may be provided. Found ${points.length}.`;
  for (const point of points.map((block) => asObject(asObject(block)["cachePoint"]))) {
    if (point["type"] !== "default") yield "cachePoint.type must be default";
    if (![undefined, "5m", "1h"].includes(point["ttl"] as string | undefined))
      yield "cachePoint.ttl must be 5m or 1h";
  }
  if (lists.some((list) => "cachePoint" in asObject(list[0])))
    yield "A cachePoint cannot be the first block of a list.";
}

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/u;

function* toolProblems(body: JsonObject, model: ConverseModel): Problems {
  const config = body["toolConfig"];
  if (config === undefined) return;
  const { tools, toolChoice } = asObject(config);
  if (asArray(tools).length === 0)
    yield "The value at toolConfig.tools must have at least 1 member.";
  for (const [index, tool] of asArray(tools).map(asObject).entries()) {
    if ("cachePoint" in tool) continue;
    const path = `toolConfig.tools.${index}.toolSpec`;
    const { name, description, inputSchema } = asObject(tool["toolSpec"]);
    if (!TOOL_NAME.test(asString(name)))
      yield `Value at '${path}.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+`;
    if (description !== undefined && asString(description).trim() === "")
      yield `Value at '${path}.description' failed to satisfy constraint: Member must have length greater than or equal to 1`;
    if (asObject(asObject(inputSchema)["json"])["type"] !== "object")
      yield `The value at ${path}.inputSchema.json.type must be one of the following: object.`;
  }
  if (toolChoice === undefined) return;
  const chosen = Object.keys(asObject(toolChoice));
  if (chosen.length !== 1) yield "toolConfig.toolChoice must have exactly one member.";
  const unsupported = chosen.find((name) => name !== "auto" && !model.toolChoices.includes(name));
  if (unsupported !== undefined)
    yield `This model doesn't support the toolConfig.toolChoice.${unsupported} field. Remove toolConfig.toolChoice.${unsupported} and try again.`;
}

const INFERENCE_FIELDS = new Set(["maxTokens", "temperature", "topP", "stopSequences"]);

function* inferenceProblems(inference: JsonObject, model: ConverseModel): Problems {
  const unknown = unknownField(inference, INFERENCE_FIELDS);
  if (unknown !== undefined) yield `extraneous key [inferenceConfig.${unknown}] is not permitted`;
  const { maxTokens, stopSequences } = inference;
  if (maxTokens !== undefined && (!Number.isInteger(maxTokens) || Number(maxTokens) < 1))
    yield "Value at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater than or equal to 1";
  if (Number(maxTokens ?? 1) > model.maxOutputTokens)
    yield `The maximum tokens you requested exceeds the model limit of ${model.maxOutputTokens}. Try again with a maximum tokens value that is lower than ${model.maxOutputTokens}.`;
  for (const name of ["temperature", "topP"]) {
    const value = inference[name];
    if (value === undefined) continue;
    if (typeof value !== "number" || value < 0 || value > 1)
      yield `Value at 'inferenceConfig.${name}' failed to satisfy constraint: Member must have value less than or equal to 1`;
    if (!model.sampling) yield `\`${name}\` is deprecated for this model.`;
  }
  if (asArray(stopSequences).length > 0 && !model.stopSequences)
    yield "This model doesn't support the stopSequences field. Remove stopSequences and try again.";
  if (asArray(stopSequences).some((sequence) => asString(sequence).trim() === ""))
    yield "The value at inferenceConfig.stopSequences is blank.";
}

function* extraProblems(body: JsonObject, model: ConverseModel): Problems {
  const extras = asObject(body["additionalModelRequestFields"]);
  const unknown = unknownField(extras, new Set(model.extras));
  if (unknown !== undefined)
    yield `Malformed input request: extraneous key [${unknown}] is not permitted, please reformat your input and try again.`;
  const { maxTokens } = asObject(body["inferenceConfig"]);
  const { type, budget_tokens: budget } = asObject(extras["thinking"]);
  if (type === "enabled" && Number(maxTokens ?? model.maxOutputTokens) <= Number(budget))
    yield "`max_tokens` must be greater than `thinking.budget_tokens`.";
  const { maxReasoningEffort } = asObject(extras["reasoningConfig"]);
  if (maxReasoningEffort === "high" && maxTokens !== undefined)
    yield "maxTokens cannot be set when maxReasoningEffort is high";
  yield* formatProblems(asObject(body["outputConfig"]));
}

function* formatProblems({ textFormat }: JsonObject): Problems {
  if (textFormat === undefined) return;
  const { type, structure } = asObject(textFormat);
  const { schema } = asObject(asObject(structure)["jsonSchema"]);
  if (type !== "json_schema") yield "outputConfig.textFormat.type must be json_schema";
  if (typeof schema !== "string" || !isObject(parseJson(schema)))
    yield "outputConfig.textFormat.structure.jsonSchema.schema must be a JSON schema as a string";
}
