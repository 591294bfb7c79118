import type { BodyPatch } from "../../core/body-patch.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { invalidField } from "../checked.ts";
import type { Envelope, RouteTarget } from "../dialect.ts";
import { positiveInteger, readTags, requiredText } from "../envelope-fields.ts";
import { fieldIn, snakeCase } from "./spelling.ts";

/** Model and streaming are said by the URL here. */
export function readEnvelope(body: JsonObject, target: RouteTarget = {}): Envelope {
  const model = requiredText({ model: target.model ?? body.model }, "model");
  requiredContents(body);
  const generation = generationConfig(body);
  return {
    model: model.replace(/^models\//, ""),
    stream: target.stream ?? false,
    maxOutputTokens: integerIn(generation, "maxOutputTokens"),
    choices: integerIn(generation, "candidateCount") ?? 1,
    // Token counts are part of every stream in this grammar.
    streamUsage: true,
    endUser: undefined,
    tags: readTags(body),
  };
}

/** Google takes a single content for a list of one, and its own examples write it so. */
function requiredContents(body: JsonObject): void {
  const { contents } = body;
  if (contents === undefined || contents === null) throw invalidField("contents", "Field required");
  if (!Array.isArray(contents) && !isJsonObject(contents))
    throw invalidField("contents", "expected a list of contents");
  if (Array.isArray(contents) && contents.length === 0)
    throw invalidField("contents", "at least one content is required");
}

function generationConfig(body: JsonObject): JsonObject {
  const config = fieldIn(body, "generationConfig") ?? {};
  if (!isJsonObject(config)) throw invalidField("generationConfig", "expected an object");
  return config;
}

function integerIn(generation: JsonObject, name: string): number | undefined {
  const path = `generationConfig.${name}`;
  return positiveInteger({ [path]: fieldIn(generation, name, "generationConfig.") }, path);
}

/** The limit goes where the caller has its other settings, in the caller's spelling. */
export function limitOutput(body: BodyPatch, outputTokensMax: number): void {
  const snake = snakeCase("generationConfig");
  const member = body.has(snake) ? snake : "generationConfig";
  const config = body.get(member);
  const { max_output_tokens: _, ...rest } = isJsonObject(config) ? config : {};
  body.set(member, { ...rest, maxOutputTokens: outputTokensMax });
}
