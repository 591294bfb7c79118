import type { VendorFact } from "../document.ts";

/**
 * How a vendor's Chat Completions differ from OpenAI's, so that each line can be checked against the
 * vendor's documentation. What is not named here passes as the caller wrote it.
 */

/** Vendors other than OpenAI cap the length under the older name, which all of them know. */
const OLDER_LIMIT = { max_completion_tokens: "max_tokens" };

/** The older word for the same role; nobody but OpenAI knows the newer. */
const OLDER_ROLE = { developer: "system" };

/** OpenAI's own services around an answer. Compatible vendors refuse or ignore them. */
const OPENAI_SERVICES = {
  metadata: true,
  prediction: true,
  prompt_cache_key: true,
  prompt_cache_options: true,
  prompt_cache_retention: true,
  safety_identifier: true,
  service_tier: true,
  store: true,
  verbosity: true,
};

/** Those who differ in nothing else. */
const COMPATIBLE: VendorFact = {
  roles: OLDER_ROLE,
  renames: OLDER_LIMIT,
  drops: OPENAI_SERVICES,
};

const GROQ_MEMBERS = ["role", "content", "reasoning", "tool_calls", "tool_call_id"];

const COHERE_LIMITS = {
  temperature: { min: 0, max: 1 },
  p: { min: 0.01, max: 0.99 },
  k: { min: 0, max: 500 },
  frequency_penalty: { min: 0, max: 1 },
  presence_penalty: { min: 0, max: 1 },
};

export const VENDORS = {
  /**
   * https://docs.mistral.ai/api/#tag/chat: answers 422 ("extra_forbidden") to any member it does not
   * know, and to tool ids that are not nine letters and digits. It counts tokens in a stream unasked.
   */
  mistral: {
    roles: OLDER_ROLE,
    renames: { ...OLDER_LIMIT, seed: "random_seed" },
    drops: {
      ...OPENAI_SERVICES,
      stream_options: true,
      user: true,
      logit_bias: true,
      // Few of its models take an effort, and those take other words.
      reasoning_effort: true,
    },
    refuses: { logprobs: true, top_logprobs: true, audio: true, web_search_options: true },
    limits: { temperature: { min: 0, max: 1.5 } },
    message_members: {
      system: ["role", "content"],
      user: ["role", "content"],
      assistant: ["role", "content", "tool_calls", "prefix"],
      // Only results may say whose they are by name.
      tool: ["role", "content", "tool_call_id", "name"],
    },
    tool_id_characters: 9,
    embedding_renames: { dimensions: "output_dimension" },
    embedding_drops: { encoding_format: true, user: true },
  },
  /**
   * https://docs.cohere.com/reference/chat, in its own grammar: a number out of bounds is a 400, and
   * members it does not know are ignored. Of the two penalties it takes one.
   */
  cohere: { limits: COHERE_LIMITS },
  cohere_chat: { limits: COHERE_LIMITS },
  /** https://docs.together.ai/docs/openai-api-compatibility */
  together_ai: COMPATIBLE,
  /**
   * https://console.groq.com/docs/openai: 400 for `logprobs`, `top_logprobs`, `logit_bias`, a `name` in
   * a message and `n` above 1.
   */
  groq: {
    roles: OLDER_ROLE,
    drops: { ...OPENAI_SERVICES, logit_bias: true },
    refuses: { n: true, logprobs: true, top_logprobs: true },
    message_members: {
      system: GROQ_MEMBERS,
      user: GROQ_MEMBERS,
      assistant: GROQ_MEMBERS,
      tool: GROQ_MEMBERS,
    },
  },
  /** https://docs.fireworks.ai/tools-sdks/openai-compatibility */
  fireworks_ai: COMPATIBLE,
  /**
   * https://docs.perplexity.ai/api-reference/chat-completions-post: "After the (optional) system
   * message(s), user or tool message(s) should alternate with assistant message(s)", else 400. Every
   * chunk of a stream counts tokens, unasked.
   */
  perplexity: {
    ...COMPATIBLE,
    drops: { ...OPENAI_SERVICES, stream_options: true, logit_bias: true, seed: true, user: true },
    refuses: { n: true, logprobs: true, top_logprobs: true },
    alternates: true,
  },
  /** https://api-docs.deepseek.com/api/create-chat-completion */
  deepseek: {
    ...COMPATIBLE,
    drops: {
      ...OPENAI_SERVICES,
      logit_bias: true,
      parallel_tool_calls: true,
      seed: true,
      user: true,
    },
    refuses: { n: true },
    thoughts: "deepseek",
  },
  /** https://docs.x.ai/docs/api-reference#chat-completions: knows the newer limit, and no `logit_bias`. */
  xai: { roles: OLDER_ROLE, drops: { ...OPENAI_SERVICES, logit_bias: true } },
  /**
   * https://openrouter.ai/docs/api-reference/overview: maps OpenAI's parameters to every vendor behind
   * it and ignores the rest by itself.
   */
  openrouter: { roles: OLDER_ROLE },
  /**
   * https://inference-docs.cerebras.ai/resources/openai: 400 for `frequency_penalty`, `logit_bias`,
   * `presence_penalty`, `parallel_tool_calls` and `service_tier`.
   */
  cerebras: {
    roles: OLDER_ROLE,
    drops: {
      ...OPENAI_SERVICES,
      frequency_penalty: true,
      logit_bias: true,
      parallel_tool_calls: true,
      presence_penalty: true,
    },
    refuses: { n: true },
  },
  /** https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility */
  cloudflare: COMPATIBLE,
  /** https://docs.ollama.com/api/openai-compatibility: unknown members are ignored. */
  ollama: { roles: OLDER_ROLE, renames: OLDER_LIMIT },
  ollama_chat: { roles: OLDER_ROLE, renames: OLDER_LIMIT },
  /**
   * https://huggingface.co/docs/inference-providers, and with an `api_base` an endpoint of one's own,
   * which runs Text Generation Inference:
   * https://huggingface.co/docs/text-generation-inference/reference/api_reference
   */
  huggingface: COMPATIBLE,
  /** https://docs.api.nvidia.com/nim/reference/llm-apis, or a container of one's own: vLLM behind FastAPI. */
  nvidia_nim: { ...COMPATIBLE, drops: { ...OPENAI_SERVICES, user: true } },
  /** vLLM's chat templates know "system" and not "developer". */
  hosted_vllm: { roles: OLDER_ROLE },
} satisfies Record<string, VendorFact>;
