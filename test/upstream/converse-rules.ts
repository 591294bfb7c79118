import { extraProblems } from "./converse-extras.ts";
import { outputProblems, schemaProblems } from "./converse-format.ts";
import type { ConverseModel } from "./converse-models.ts";
import { blank, converseTurnProblems } from "./converse-turns.ts";
import { asArray, asObject, asString, unknownField } from "./json.ts";
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
  yield* outputProblems(body, model);
  yield* serviceProblems(body);
}

const TIERS = ["default", "flex", "priority", "reserved"];
const METADATA_TEXT = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/u;

function* serviceProblems(body: JsonObject): Problems {
  const { serviceTier, requestMetadata, additionalModelResponseFieldPaths: paths } = body;
  if (serviceTier !== undefined && !TIERS.includes(asString(asObject(serviceTier)["type"])))
    yield `Value at 'serviceTier.type' failed to satisfy constraint: Member must satisfy enum value set: [${TIERS.join(", ")}]`;
  const metadata = Object.entries(asObject(requestMetadata));
  if (requestMetadata !== undefined && (metadata.length < 1 || metadata.length > 16))
    yield "Value at 'requestMetadata' failed to satisfy constraint: Member must have between 1 and 16 entries";
  if (metadata.flat().some((text) => typeof text !== "string" || !METADATA_TEXT.test(text)))
    yield "Value at 'requestMetadata' failed to satisfy constraint: Map value must satisfy regular expression pattern";
  if (asArray(paths).some((path) => !asString(path).startsWith("/")))
    yield "Value at 'additionalModelResponseFieldPaths' failed to satisfy constraint: must be JSON pointers";
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
  const inTools = asArray(asObject(body["toolConfig"])["tools"]).map(asObject);
  if (!model.cachesTools && inTools.some((tool) => "cachePoint" in tool))
    yield "This model doesn't support prompt caching in toolConfig.tools. Remove the cachePoint and try again.";
  for (const point of points.map((block) => asObject(asObject(block)["cachePoint"]))) {
    if (point["type"] !== "default") yield "cachePoint.type must be default";
    if (point["ttl"] !== undefined && !["5m", "1h"].includes(asString(point["ttl"])))
      yield "Value at 'cachePoint.ttl' failed to satisfy constraint: Member must satisfy enum value set: [5m, 1h]";
    if (point["ttl"] === "1h" && !model.cachesAnHour)
      yield "This model doesn't support a cachePoint with a ttl of 1h.";
  }
  if (lists.some((list) => "cachePoint" in asObject(list[0])))
    yield "A cachePoint cannot be the first block of a list.";
}

const SPEC_FIELDS = new Set(["name", "description", "inputSchema", "strict"]);
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/u;

function* toolProblems(body: JsonObject, model: ConverseModel): Problems {
  const config = body["toolConfig"];
  if (config === undefined) return;
  const { tools, toolChoice } = asObject(config);
  const names = new Set<string>();
  if (asArray(tools).length === 0)
    yield "The value at toolConfig.tools must have at least 1 member.";
  for (const [index, tool] of asArray(tools).map(asObject).entries()) {
    if ("cachePoint" in tool) continue;
    const path = `toolConfig.tools.${index}.toolSpec`;
    const spec = asObject(tool["toolSpec"]);
    const unknown = unknownField(spec, SPEC_FIELDS);
    if (unknown !== undefined) yield `extraneous key [${path}.${unknown}] is not permitted`;
    const { name, description, inputSchema, strict } = spec;
    const sameName = names.has(asString(name));
    names.add(asString(name));
    if (sameName) yield `The tool name ${asString(name)} is not unique.`;
    if (strict === true && !model.schema)
      yield `This model doesn't support the ${path}.strict field. Remove it and try again.`;
    const json = asObject(asObject(inputSchema)["json"]);
    if (strict === true) yield* schemaProblems(json, json, []);
    if (!TOOL_NAME.test(asString(name)))
      yield `Value at '${path}.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+`;
    if (description !== undefined && asString(description).trim() === "")
      yield `Value at '${path}.description' failed to satisfy constraint: Member must have length greater than or equal to 1`;
    if (json["type"] !== "object")
      yield `The value at ${path}.inputSchema.json.type must be one of the following: object.`;
  }
  if (toolChoice === undefined) return;
  const chosen = Object.keys(asObject(toolChoice));
  if (chosen.length !== 1) yield "toolConfig.toolChoice must have exactly one member.";
  const unsupported = chosen.find((name) => name !== "auto" && !model.toolChoices.includes(name));
  const { name: wanted } = asObject(asObject(toolChoice)["tool"]);
  if (chosen[0] === "tool" && !names.has(asString(wanted)))
    yield `The tool ${asString(wanted)} of toolConfig.toolChoice.tool is not among toolConfig.tools.`;
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
