import * as z from "zod";
import type { ChatRequest, OutputFormat, Reasoning } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { checked, invalidField, unsupported } from "../checked.ts";
import type { RouteTarget } from "../dialect.ts";
import { parseContents, parseSystem } from "./parse-contents.ts";
import { parseReasoning, THINKING } from "./parse-reasoning.ts";
import { jsonSchemaOf } from "./parse-schema.ts";
import { parseTools } from "./parse-tools.ts";
import { readEnvelope } from "./read-envelope.ts";
import { camelFields } from "./spelling.ts";

export function parseRequest(body: JsonObject, target: RouteTarget = {}): ChatRequest {
  const { model, stream, streamUsage, maxOutputTokens, choices } = readEnvelope(body, target);
  const fields = camelFields(body);
  const generation = isJsonObject(fields.generationConfig) ? fields.generationConfig : {};
  refuseUntranslatable(fields, generation, choices);
  const options = checked(GENERATION, generation, "generationConfig");
  return {
    model,
    stream,
    streamUsage,
    maxOutputTokens,
    messages: [...parseSystem(fields.systemInstruction), ...parseContents(fields.contents)],
    ...parseTools(fields),
    stopSequences: options.stopSequences ?? [],
    sampling: {
      temperature: options.temperature ?? undefined,
      topP: options.topP ?? undefined,
      topK: options.topK ?? undefined,
      seed: options.seed ?? undefined,
      presencePenalty: options.presencePenalty ?? undefined,
      frequencyPenalty: options.frequencyPenalty ?? undefined,
    },
    reasoning: reasoningOf(options),
    outputFormat: outputFormatOf(options),
    ignored: [
      ...COSMETIC.filter(isSetIn(fields)),
      ...COSMETIC_SETTINGS.filter(isSetIn(generation)),
    ],
  };
}

/** What no other grammar has, and whose absence changes no answer. */
const COSMETIC = ["labels", "safetySettings", "serviceTier", "store"];
const COSMETIC_SETTINGS = [
  "audioTimestamp",
  "enableEnhancedCivicAnswers",
  "mediaResolution",
  "modelSelectionConfig",
  "routingConfig",
];

/** What only Google can do. */
const GOOGLES = ["cachedContent", "modelArmorConfig"];
const GOOGLES_SETTINGS = [
  "audioTranscriptionConfig",
  "enableAffectiveDialog",
  "imageConfig",
  "logprobs",
  "responseFormat",
  "speechConfig",
  "translationConfig",
];

function isSetIn(fields: JsonObject): (name: string) => boolean {
  return (name) => fields[name] !== undefined && fields[name] !== null;
}

/** Things that would be missing from the answer. */
function refuseUntranslatable(fields: JsonObject, generation: JsonObject, choices: number): void {
  const advice = "only Google does this, and it does not serve this model; leave it out";
  const [field] = GOOGLES.filter(isSetIn(fields));
  if (field !== undefined) throw unsupported(field, advice);
  const [setting] = GOOGLES_SETTINGS.filter(isSetIn(generation));
  if (setting !== undefined) throw unsupported(`generationConfig.${setting}`, advice);
  if (generation.responseLogprobs === true)
    throw unsupported("generationConfig.responseLogprobs", advice);
  if (choices > 1) {
    const instead = `this model answers once; send the request ${choices} times`;
    throw unsupported("generationConfig.candidateCount", instead);
  }
  const modalities = generation.responseModalities;
  if (Array.isArray(modalities) && modalities.some((one) => one !== "TEXT" && one !== "text"))
    throw unsupported("generationConfig.responseModalities", "this model answers in text only");
}

const GENERATION = z.object({
  temperature: z.number().nullish(),
  topP: z.number().nullish(),
  topK: z.number().nullish(),
  seed: z.number().nullish(),
  presencePenalty: z.number().nullish(),
  frequencyPenalty: z.number().nullish(),
  stopSequences: z.array(z.string()).nullish(),
  thinkingConfig: THINKING.nullish(),
  responseMimeType: z.string().nullish(),
  responseSchema: z.custom<JsonObject>(isJsonObject, "expected a schema").nullish(),
  responseJsonSchema: z.custom<JsonObject>(isJsonObject, "expected a schema").nullish(),
});

type Options = z.infer<typeof GENERATION>;

function reasoningOf({ thinkingConfig }: Options): Reasoning | undefined {
  return thinkingConfig ? parseReasoning(thinkingConfig) : undefined;
}

function outputFormatOf(options: Options): OutputFormat | undefined {
  const { responseMimeType, responseSchema, responseJsonSchema } = options;
  const type = responseMimeType ?? "";
  if (type !== "" && type !== "text/plain" && type !== "application/json") {
    throw unsupported(
      "generationConfig.responseMimeType",
      `this model does not write ${type}; expected text/plain or application/json`,
    );
  }
  const schema = responseJsonSchema ?? (responseSchema ? jsonSchemaOf(responseSchema) : undefined);
  if (schema) {
    if (type === "application/json") return { type: "schema", name: "answer", schema };
    throw invalidField(
      "generationConfig.responseMimeType",
      "a schema for the answer needs application/json",
    );
  }
  return type === "application/json" ? { type: "json" } : undefined;
}
