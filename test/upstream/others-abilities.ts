import type { ChatAnswer } from "./chat.ts";
import { asArray, asObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { pieces } from "./pretend.ts";

/** What one of a vendor's models can, beside answering. */
interface Abilities {
  images: boolean;
  tools: boolean;
  /** `response_format: json_schema`. */
  schema: boolean;
  /** It says which tokens it had in its cache. */
  caches: boolean;
  /** Where it shows its thoughts, to those who ask for an effort. */
  thought?: "reasoning" | "reasoning_content";
}

const ALL: Abilities = { images: true, tools: true, schema: true, caches: true };

/** Vendors that are not here can all of it, and show no thoughts. */
const ABILITIES: Record<string, [model: RegExp, abilities: Abilities][]> = {
  groq: [[/gpt-oss/u, { ...ALL, images: false, thought: "reasoning" }]],
  together: [[/Kimi/u, { ...ALL, thought: "reasoning" }]],
  fireworks: [[/deepseek-v4/u, { ...ALL, images: false, thought: "reasoning_content" }]],
  // https://docs.perplexity.ai: searches by itself, and calls nobody's tools.
  perplexity: [[/./u, { ...ALL, tools: false, caches: false }]],
  // https://api-docs.deepseek.com/guides/json_mode: JSON, and not by a schema.
  deepseek: [
    [/-v4-pro/u, { ...ALL, images: false, schema: false, thought: "reasoning_content" }],
    [/./u, { ...ALL, images: false, schema: false }],
  ],
  openrouter: [[/claude/u, { ...ALL, thought: "reasoning" }]],
  cerebras: [[/gpt-oss/u, { ...ALL, images: false, thought: "reasoning" }]],
  cloudflare: [[/./u, { ...ALL, caches: false }]],
  nvidia: [[/llama-3/u, { ...ALL, images: false, caches: false }]],
  huggingface: [[/./u, { ...ALL, caches: false }]],
  ollama: [
    [/qwen3-vl/u, { ...ALL, caches: false, thought: "reasoning" }],
    [/./u, { ...ALL, caches: false }],
  ],
};

function abilitiesOf(vendor: string, body: JsonObject): Abilities {
  const rows = ABILITIES[vendor] ?? [];
  return rows.find(([model]) => model.test(String(body["model"])))?.[1] ?? ALL;
}

/** What the model would be asked and cannot do. */
export function abilityProblem(vendor: string, body: JsonObject): string | undefined {
  const { images, tools, schema } = abilitiesOf(vendor, body);
  const parts = asArray(body["messages"]).flatMap((one) => asArray(asObject(one)["content"]));
  if (!images && parts.some((part) => asObject(part)["type"] === "image_url"))
    return "messages: unknown variant `image_url`, expected `text`";
  // Of them OpenRouter alone reads files in OpenAI's words.
  if (vendor !== "openrouter" && parts.some((part) => asObject(part)["type"] === "file"))
    return "messages: unknown variant `file`, expected `text`";
  if (!tools && asArray(body["tools"]).length > 0) return "Tool calling is not supported";
  if (!schema && asObject(body["response_format"])["type"] === "json_schema")
    return "This response_format type is unavailable now";
  return undefined;
}

const THOUGHT = "The request is plain, so I answer it directly.";

/** The answer as a model with these abilities gives it. */
export function withAbilities(vendor: string, body: JsonObject, answer: ChatAnswer): ChatAnswer {
  const { caches, thought } = abilitiesOf(vendor, body);
  const counted = caches ? answer : withoutCache(answer);
  const isAsked = body["reasoning_effort"] !== undefined;
  return thought !== undefined && isAsked ? withThought(counted, thought) : counted;
}

function withoutCache({ completion, chunks }: ChatAnswer): ChatAnswer {
  const plain = (value: JsonObject): JsonObject => {
    const { prompt_tokens_details: _, ...usage } = asObject(value["usage"]);
    return Object.keys(usage).length > 0 ? { ...value, usage } : value;
  };
  return { completion: plain(completion), chunks: chunks.map(plain) };
}

function withThought({ completion, chunks }: ChatAnswer, member: string): ChatAnswer {
  const choices = asArray(completion["choices"]).map((choice) => {
    const message = { ...asObject(asObject(choice)["message"]), [member]: THOUGHT };
    return { ...asObject(choice), message };
  });
  const [first = {}, ...rest] = chunks;
  const thoughts = pieces(THOUGHT).map((piece) => ({
    ...first,
    choices: [{ index: 0, delta: { [member]: piece }, finish_reason: null }],
  }));
  return { completion: { ...completion, choices }, chunks: [first, ...thoughts, ...rest] };
}
