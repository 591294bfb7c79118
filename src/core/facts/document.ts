import * as z from "zod";
import { PROVIDERS } from "../config/model-name.ts";
import { globProblem } from "./glob.ts";

/**
 * What is known of models and of the places that serve them, as a document. The one shipped with the
 * gateway and those laid over it have the same shape; every member may be left out, which leaves
 * what was known. docs/model-facts.md tells operators of each.
 */

const pattern = z.string({ error: "must be a pattern, as text" }).superRefine((text, context) => {
  const message = globProblem(text);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});
const patterns = z.preprocess(
  (value) => (typeof value === "string" ? [value] : value),
  z
    .array(pattern, { error: "must be a pattern or a list of patterns" })
    .min(1, "must not be empty"),
);

const provider = z.enum(PROVIDERS, { error: `must be one of ${PROVIDERS.join(", ")}` });
const providers = z.preprocess(
  (value) => (typeof value === "string" ? [value] : value),
  z.array(provider, { error: "must be a provider or a list of providers" }),
);

const flag = z.boolean({ error: "must be true or false" }).optional();
const word = z.string({ error: "must be text" }).min(1, "must not be empty");
const words = z.array(word, { error: "must be a list of words" });

const TOKENS_MAX = 100_000_000;
const wholeTokens = `must be a whole number of tokens, 1 to ${TOKENS_MAX}`;
const tokens = z
  .number({ error: wholeTokens })
  .int(wholeTokens)
  .min(1, wholeTokens)
  .max(TOKENS_MAX, wholeTokens)
  .optional();

/** Says which names there are: a typo must not look like a fact. */
function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `has no member ${(issue.keys ?? []).join(", ")}; known are ${Object.keys(shape).join(", ")}`
        : "must be a mapping (name: value)",
  });
}

function record<Value extends z.ZodType>(value: Value) {
  return recordOf(z.string(), value, "must be a mapping (name: value)").optional();
}

/** The same with patterns for names. */
function byPattern<Value extends z.ZodType>(value: Value) {
  return recordOf(pattern, value, "must be a mapping (pattern: value)").optional();
}

/** A name that is wrong says itself what is wrong with it. */
function recordOf<Value extends z.ZodType>(key: z.ZodString, value: Value, message: string) {
  return z.record(key, value, {
    error: (issue) => (issue.code === "invalid_key" ? issue.issues?.[0]?.message : message),
  });
}

const toolIdCharacters = z
  .union([z.number().int().min(4).max(40), z.literal(false)], {
    error: "must be a whole number, 4 to 40, or false",
  })
  .optional();
/** A substitute for an id that is too long has up to nineteen. */
const TOOL_ID_CHARACTERS_MAX = "must be a whole number, 20 to 1000";

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;

/** Converse is one grammar, of which every family of models knows a part. */
const converse = mapping({
  own_words: z
    .enum(["claude", "nova", "gpt-oss", "none"], {
      error: "must be claude, nova, gpt-oss or none",
    })
    .optional(),
  forces_any: flag,
  forces_tool: flag,
  cache_points: z
    .array(z.enum(["content", "tools"], { error: "must be content or tools" }), {
      error: "must be a list of places",
    })
    .optional(),
  cache_ttl: flag,
  rich_results: flag,
  stop_sequences: flag,
  temperature_with_top_p: flag,
  top_k: z.union([word, z.literal(false)], { error: "must be a path or false" }).optional(),
  documents: flag,
  cites: flag,
  schemas: flag,
  tool_id_characters: toolIdCharacters,
});

const modelFact = mapping({
  /** Looked for in the vendor's id, or in `base_model` where the id is a private name. */
  match: patterns,
  not: patterns.optional(),
  /** Where this holds; absent is everywhere. */
  providers: providers.optional(),
  reasoning: z
    .enum(["none", "budget", "adaptive", "level", "effort"], {
      error: "must be none, budget, adaptive, level or effort",
    })
    .optional(),
  thinking_budget: flag,
  thinking_tokens: mapping({
    min: tokens,
    max: tokens,
    can_be_off: z.boolean({ error: "must be true or false" }).optional(),
  }).optional(),
  efforts: z
    .array(z.enum(EFFORTS, { error: `must be one of ${EFFORTS.join(", ")}` }), {
      error: "must be a list of words",
    })
    .min(1, "must not be empty")
    .optional(),
  reasons_with_tools: flag,
  effort_flag: z.union([word, z.literal(false)], { error: "must be a flag or false" }).optional(),
  sampling: flag,
  tools: flag,
  forced_tools: flag,
  mid_system: flag,
  prefill: flag,
  schema_output: flag,
  url_media: flag,
  vision: flag,
  caching: flag,
  max_output_tokens: tokens,
  max_input_tokens: tokens,
  image_tokens_max: tokens,
  stop_sequences_max: z
    .union([z.number().int().min(0).max(1_000), z.literal(false)], {
      error: "must be a whole number, 0 to 1000, or false",
    })
    .optional(),
  tool_id_characters_max: z
    .number({ error: TOOL_ID_CHARACTERS_MAX })
    .int(TOOL_ID_CHARACTERS_MAX)
    .min(20, TOOL_ID_CHARACTERS_MAX)
    .max(1_000, TOOL_ID_CHARACTERS_MAX)
    .optional(),
  converse: converse.optional(),
  max_tokens_field: z
    .enum(["max_tokens", "max_completion_tokens"], {
      error: "must be max_tokens or max_completion_tokens",
    })
    .optional(),
  maker: z.literal("openai", { error: "must be openai" }).optional(),
  responses_only: flag,
});

/** Accepted, accepted under another name, or not. */
const acceptance = z.union([z.boolean(), word], { error: "must be true, false or a name" });
/** The flags one of which has to go along; `false` lifts the rule. */
const underFlags = z.union([words, z.literal(false)], {
  error: "must be a list of flags, or false",
});

const claudeSurface = mapping({
  name: word.optional(),
  /** The body's `anthropic_version`. */
  version: word.optional(),
  betas: record(acceptance),
  unknown_betas: z.enum(["send", "drop"], { error: "must be send or drop" }).optional(),
  drops: record(z.boolean({ error: "must be true or false" })),
  guards: record(underFlags),
  tool_members: record(underFlags),
  turn_members: record(underFlags),
  tool_flags: record(z.union([word, z.literal(false)], { error: "must be a flag or false" })),
  server_tools: byPattern(acceptance),
  without_schemas: byPattern(z.boolean({ error: "must be true or false" })),
  without_cache_ttl: byPattern(z.boolean({ error: "must be true or false" })),
});

const name = z.union([word, z.literal(false)], { error: "must be a name or false" });
const isMeant = z.boolean({ error: "must be true or false" });
const bound = z.number({ error: "must be a number" }).optional();
const limit = z.union([mapping({ min: bound, max: bound }), z.literal(false)], {
  error: "must be a mapping with min or max, or false",
});

const vendorRules = mapping({
  renames: record(name),
  drops: record(isMeant),
  refuses: record(isMeant),
  limits: record(limit),
  roles: record(name),
  message_members: record(
    z.union([words, z.literal(false)], { error: "must be a list of names, or false" }),
  ),
  tool_id_characters: toolIdCharacters,
  alternates: flag,
  thoughts: z
    .enum(["deepseek", "as-they-are"], { error: "must be deepseek or as-they-are" })
    .optional(),
  embedding_renames: record(name),
  embedding_drops: record(isMeant),
});

/** LiteLLM's older word for Vertex AI means the same place. */
const place = provider.exclude(["vertex_ai_beta"]);

const surfaceKey = z.string().superRefine((key, context) => {
  const { error } = place.safeParse(key);
  for (const { message } of error?.issues ?? []) context.addIssue({ code: "custom", message });
});

/** What of JSON Schema a grammar's vendor reads. */
const schemaSubset = mapping({
  keywords: record(acceptance),
  closed_objects: flag,
  optional_properties_max: z
    .union([z.number().int().min(0).max(10_000), z.literal(false)], {
      error: "must be a whole number, 0 to 10000, or false",
    })
    .optional(),
});

/** Those who hold an answer or a call to a schema, each to a part of the language. */
export const SCHEMA_GRAMMARS = ["anthropic-messages", "bedrock-converse", "gemini"] as const;
const grammar = z.enum(SCHEMA_GRAMMARS);

/** `mistral`, or some of its models: `mistral/magistral-*`. */
const vendorKey = keyUnder(provider, `a provider: ${PROVIDERS.join(", ")}`);
const schemaKey = keyUnder(grammar, `a grammar: ${SCHEMA_GRAMMARS.join(", ")}`);

function keyUnder(first: z.ZodType, meant: string) {
  return z.string().superRefine((key, context) => {
    const [place = "", ...rest] = key.split("/");
    const problem = first.safeParse(place).success
      ? rest.length > 0 && globProblem(rest.join("/"))
      : `must begin with ${meant}`;
    if (problem) context.addIssue({ code: "custom", message: problem });
  });
}

export const factsDocument = mapping({
  models: z.array(modelFact, { error: "must be a list of models" }).optional(),
  claude_surfaces: recordOf(
    surfaceKey,
    claudeSurface,
    "must be a mapping (provider: surface)",
  ).optional(),
  vendors: recordOf(vendorKey, vendorRules, "must be a mapping (provider: rules)").optional(),
  schemas: recordOf(schemaKey, schemaSubset, "must be a mapping (grammar: subset)").optional(),
});

export type FactsDocument = z.infer<typeof factsDocument>;
export type ModelFact = z.infer<typeof modelFact>;
export type ClaudeSurfaceFact = z.infer<typeof claudeSurface>;
export type VendorFact = z.infer<typeof vendorRules>;
export type ConverseFact = z.infer<typeof converse>;
export type SchemaFact = z.infer<typeof schemaSubset>;
