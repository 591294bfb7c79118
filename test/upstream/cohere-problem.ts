import { unknownField } from "./json.ts";
import type { JsonObject } from "./json.ts";
import type { Problems } from "./problems.ts";

/** What `POST /v2/chat` answers to a body that is wrong. */
export interface CohereProblem {
  status: 400 | 404 | 422;
  message: string;
}

export interface CohereModel {
  maxOutputTokens: number;
  thinks: boolean;
  sees: boolean;
}

const MODELS: [RegExp, CohereModel][] = [
  [/^command-a-reasoning/u, { maxOutputTokens: 32_000, thinks: true, sees: false }],
  [/^command-a-vision/u, { maxOutputTokens: 8_000, thinks: false, sees: true }],
  [/^command-a/u, { maxOutputTokens: 8_000, thinks: false, sees: false }],
  [/^command-r/u, { maxOutputTokens: 4_096, thinks: false, sees: false }],
];

export function findCohereModel(name: string): CohereModel | undefined {
  return MODELS.find(([pattern]) => pattern.test(name))?.[1];
}

export function invalid(message: string): CohereProblem {
  return { status: 400, message: `invalid request: ${message}` };
}

export function unknown(name: string): CohereProblem {
  const where = "For proper usage, please refer to https://docs.cohere.com/reference/chat";
  return {
    status: 422,
    message: `unknown field: parameter '${name}' is not a valid field. ${where}`,
  };
}

/** The first member that nobody there knows. */
export function* strangers(object: JsonObject, known: readonly string[]): Problems<CohereProblem> {
  const stranger = unknownField(object, new Set(known));
  if (stranger !== undefined) yield unknown(stranger);
}
