/**
 * What a model can be asked, as data. Sampling, budgets, prefill and forced tools belong to models,
 * not to APIs: sending one to a model that lacks it is a 400.
 */
export interface Capabilities {
  /** How thinking is asked for: a token budget, the model's own choice, or a level/effort word. */
  reasoning: "none" | "budget" | "adaptive" | "level" | "effort";
  /** Temperature, top_p, top_k are accepted. */
  sampling: boolean;
  /** A tool can be forced (`any`, `required`, a name). */
  forcedTools: boolean;
  /** System turns may stand between other turns. */
  midSystem: boolean;
  /** The answer can be started for the model by a trailing assistant turn. */
  prefill: boolean;
  /** The vendor enforces a JSON Schema on the answer. */
  schemaOutput: boolean;
  /** The vendor fetches images by URL. */
  urlMedia: boolean;
  /** Pictures are understood. */
  vision: boolean;
  /** Tokens read again soon are remembered and cost less. */
  caching: boolean;
  /** Most tokens the model writes in one answer. */
  maxOutputTokens: number;
  maxInputTokens: number;
  /** Reasoning models of OpenAI refuse `max_tokens`. */
  maxTokensField: "max_tokens" | "max_completion_tokens";
}

const CLAUDE: Capabilities = {
  reasoning: "budget",
  sampling: true,
  forcedTools: true,
  midSystem: false,
  prefill: true,
  schemaOutput: true,
  urlMedia: true,
  vision: true,
  caching: true,
  maxOutputTokens: 64_000,
  maxInputTokens: 200_000,
  maxTokensField: "max_tokens",
};

/** From 4.7 on: the model decides how long it thinks, and how it samples. */
const CLAUDE_5: Capabilities = {
  ...CLAUDE,
  reasoning: "adaptive",
  sampling: false,
  prefill: false,
  maxOutputTokens: 128_000,
  maxInputTokens: 1_000_000,
};

const OPENAI: Capabilities = {
  reasoning: "none",
  sampling: true,
  forcedTools: true,
  midSystem: true,
  prefill: false,
  schemaOutput: true,
  urlMedia: true,
  vision: true,
  caching: true,
  maxOutputTokens: 16_384,
  maxInputTokens: 128_000,
  maxTokensField: "max_tokens",
};

const OPENAI_REASONING: Capabilities = {
  ...OPENAI,
  reasoning: "effort",
  sampling: false,
  maxOutputTokens: 128_000,
  maxInputTokens: 922_000,
  maxTokensField: "max_completion_tokens",
};

const GEMINI: Capabilities = {
  reasoning: "budget",
  sampling: true,
  forcedTools: true,
  midSystem: false,
  prefill: false,
  schemaOutput: true,
  urlMedia: false,
  vision: true,
  caching: true,
  maxOutputTokens: 65_536,
  maxInputTokens: 1_048_576,
  maxTokensField: "max_tokens",
};

/** Models that Bedrock hosts, as Converse serves them: none is sent URLs, and few keep to a schema. */
const HOSTED: Capabilities = {
  reasoning: "none",
  sampling: true,
  forcedTools: true,
  midSystem: false,
  prefill: false,
  schemaOutput: false,
  urlMedia: false,
  vision: false,
  caching: false,
  maxOutputTokens: 32_768,
  maxInputTokens: 128_000,
  maxTokensField: "max_tokens",
};

const NOVA: Capabilities = {
  ...HOSTED,
  vision: true,
  caching: true,
  maxOutputTokens: 10_000,
  maxInputTokens: 300_000,
};
const NOVA_2: Capabilities = {
  ...NOVA,
  reasoning: "effort",
  maxOutputTokens: 65_536,
  maxInputTokens: 1_000_000,
};

/** What is assumed of a model nobody described: the most permissive OpenAI-like endpoint. */
const UNKNOWN: Capabilities = { ...OPENAI, reasoning: "effort", maxOutputTokens: 32_000 };

/**
 * First match wins. Patterns look inside the vendor's id, so that `us.anthropic.claude-…-v1:0`,
 * `claude-…@20250929` and `claude-…` are one model.
 */
const FAMILIES: [RegExp, Capabilities][] = [
  // Opus 4.8, 5 and Fable/Mythos 5 accept system turns anywhere, Sonnets nowhere but in front; the 5.5
  // generation refuses forced tools.
  [/claude-(opus|fable)-5-[1-9]/, { ...CLAUDE_5, forcedTools: false, midSystem: true }],
  [/claude-sonnet-5-[1-9]/, { ...CLAUDE_5, forcedTools: false }],
  [/claude-(opus-4-8|opus-5|fable-5|mythos-5)/, { ...CLAUDE_5, midSystem: true }],
  [/claude-(opus-4-7|sonnet-5|haiku-5)/, CLAUDE_5],
  [/claude-(opus|sonnet|haiku)-4-6/, { ...CLAUDE_5, sampling: true }],
  [/claude-(opus|sonnet|haiku)-4-5/, CLAUDE],
  [/claude-opus-4/, { ...CLAUDE, maxOutputTokens: 32_000 }],
  [/claude-sonnet-4|claude-3-7/, CLAUDE],
  [/claude-3/, { ...CLAUDE, reasoning: "none", maxOutputTokens: 8_192 }],
  [/claude/, CLAUDE],
  [/amazon\.nova-premier/, { ...NOVA, maxInputTokens: 1_000_000 }],
  [/amazon\.nova-2/, NOVA_2],
  [/amazon\.nova-micro/, { ...NOVA, vision: false, maxInputTokens: 128_000 }],
  [/amazon\.nova/, NOVA],
  [/meta\.llama4/, { ...HOSTED, vision: true, maxInputTokens: 1_000_000 }],
  [/mistral\.pixtral/, { ...HOSTED, vision: true }],
  [/(meta\.llama|mistral\.|deepseek\.r1)/, HOSTED],
  [/deepseek\.v/, { ...HOSTED, maxOutputTokens: 81_920, maxInputTokens: 163_840 }],
  [/openai\.gpt-oss/, { ...HOSTED, reasoning: "effort", maxOutputTokens: 128_000 }],
  [/gemini-[3-9]/, { ...GEMINI, reasoning: "level" }],
  [/gemini/, GEMINI],
  [/(^|[/.-])gpt-[5-9](?!.*chat)/, OPENAI_REASONING],
  [/(^|[/.-])o[1-9]/, { ...OPENAI_REASONING, maxOutputTokens: 100_000, maxInputTokens: 200_000 }],
  [/gpt-4\.1/, { ...OPENAI, maxOutputTokens: 32_768, maxInputTokens: 1_047_576 }],
  [/gpt-/, OPENAI],
];

/** `model` is the vendor's id, or `model_info.base_model` where the id is a private name. */
export function capabilitiesOf(model: string): Capabilities {
  return findCapabilities(model) ?? UNKNOWN;
}

/** `undefined` for a model nobody described: where telling nothing is better than assuming. */
export function findCapabilities(model: string): Capabilities | undefined {
  return FAMILIES.find(([pattern]) => pattern.test(model))?.[1];
}
