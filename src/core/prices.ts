import type { Price } from "./price.ts";
import {
  BEDROCK_EMBEDDING_PRICES,
  BEDROCK_PRICES,
  BEDROCK_PROFILE_PRICES,
} from "./prices/bedrock.ts";
import { CLAUDE_PRICES } from "./prices/claude.ts";
import { COHERE_PRICES } from "./prices/cohere.ts";
import { DEEPSEEK_PRICES } from "./prices/deepseek.ts";
import { GEMINI_EMBEDDING_PRICES, GEMINI_PRICES } from "./prices/gemini.ts";
import { priceFrom, type PriceList } from "./prices/list-price.ts";
import { MISTRAL_PRICES } from "./prices/mistral.ts";
import {
  CEREBRAS_PRICES,
  CLOUDFLARE_PRICES,
  FIREWORKS_PRICES,
  GROQ_PRICES,
  TOGETHER_PRICES,
} from "./prices/open-models.ts";
import {
  OPENAI_AND_AZURE_PRICES,
  OPENAI_EMBEDDING_PRICES,
  OPENAI_MEDIA_PRICES,
  OPENAI_ONLY_PRICES,
} from "./prices/openai.ts";
import { PERPLEXITY_PRICES } from "./prices/perplexity.ts";
import { XAI_PRICES } from "./prices/xai.ts";

/** Records carry it, so that a figure can be traced to the table that made it. Change it with them. */
export const PRICE_TABLE_VERSION = "2026-11-21";

/** What regional processing costs on top of the list, at every vendor that charges for it. */
const REGIONAL_FACTOR = 1.1;

/**
 * The list price of a model at a provider; `undefined` when the table does not know it, which is
 * never the same as free. `model` is the vendor's id as the provider spells it, or a `base_model`,
 * which may name another provider first (`azure/gpt-4o`). `location` is Vertex's location or AWS's
 * region.
 */
export function findPrice(provider: string, model: string, location?: string): Price | undefined {
  // Groq sells `openai/gpt-oss-120b`, and not at OpenAI's price.
  const own = FINDERS.get(provider)?.(model, location);
  // What OpenRouter sells of a vendor that others host too has a price of its own.
  if (own !== undefined || provider === "openrouter") return own;
  const slash = model.indexOf("/");
  const named = FINDERS.get(model.slice(0, Math.max(slash, 0)));
  return named?.(model.slice(slash + 1), location);
}

type PriceFinder = (model: string, location: string | undefined) => Price | undefined;

const FINDERS = new Map<string, PriceFinder>([
  ["anthropic", (model) => findClaude(model, false)],
  ["bedrock", findOnBedrock],
  ["vertex_ai", findOnVertex],
  ["vertex_ai_beta", findOnVertex],
  ["gemini", findGemini],
  ["openai", (model) => findOpenAi(model, OPENAI_PRICES)],
  ["azure", findOnAzure],
  ["mistral", listedIn(MISTRAL_PRICES)],
  ["deepseek", listedIn(DEEPSEEK_PRICES)],
  ["xai", listedIn(XAI_PRICES)],
  ["groq", listedIn(GROQ_PRICES)],
  ["together_ai", listedIn(TOGETHER_PRICES)],
  ["fireworks_ai", findOnFireworks],
  ["perplexity", listedIn(PERPLEXITY_PRICES)],
  ["cohere", listedIn(COHERE_PRICES)],
  ["cohere_chat", listedIn(COHERE_PRICES)],
  ["cerebras", listedIn(CEREBRAS_PRICES)],
  ["cloudflare", listedIn(CLOUDFLARE_PRICES)],
  ["openrouter", findOnOpenRouter],
  ["demo", () => DEMO_PRICE],
]);

const OPENAI_PRICES = [
  OPENAI_AND_AZURE_PRICES,
  OPENAI_ONLY_PRICES,
  OPENAI_EMBEDDING_PRICES,
  OPENAI_MEDIA_PRICES,
];

/** Charged by nobody. The demo has a price so that a newcomer sees costs and budgets at work. */
const DEMO_PRICE = priceFrom(
  { model: "demo", input: 1, output: 2, cacheRead: 0.1, cacheWrite5m: 1.25, cacheWrite1h: 2 },
  PRICE_TABLE_VERSION,
);

/**
 * `us.anthropic.claude-…-v1:0`, or the ARN of such a profile. The profiles of one geography cost more
 * than `global.` and the bare id. Profiles of regions with a price list of their own (GovCloud) are
 * not known here.
 */
function findOnBedrock(model: string, region: string | undefined): Price | undefined {
  const id = model.slice(model.lastIndexOf("/") + 1);
  const [, geography, name = ""] =
    /^(?:(us|eu|jp|au|apac|global)\.)?anthropic\.(.+)$/.exec(id) ?? [];
  if (name !== "") return findClaude(name, geography !== undefined && geography !== "global");
  return findHostedByAmazon(id, region);
}

/** Bedrock's dearest region, São Paulo, takes 1.68 times what Virginia takes for the same model. */
const FAR_REGION_FACTOR = 1.7;

/** A bare id is sold in its own region; in one whose list is not here it costs at most so much more. */
function findHostedByAmazon(id: string, region = "us-east-1"): Price | undefined {
  if (id.startsWith("us.")) return find(id.slice("us.".length), [BEDROCK_PRICES]);
  const factor = /^us-(east|west)-/.test(region) ? 1 : FAR_REGION_FACTOR;
  return (
    find(id, [BEDROCK_PRICES], factor) ??
    find(id, [BEDROCK_PROFILE_PRICES, BEDROCK_EMBEDDING_PRICES])
  );
}

/** Only `global` is without the surcharge; multi-regions such as `eu` are regional too. */
function findOnVertex(model: string, location: string | undefined): Price | undefined {
  if (model.startsWith("claude")) return findClaude(model, location !== "global");
  return findGemini(model);
}

/** One price wherever Google serves it. */
function findGemini(model: string): Price | undefined {
  return (
    find(model.replace(/-00\d$/, ""), [GEMINI_PRICES]) ?? find(model, [GEMINI_EMBEDDING_PRICES])
  );
}

/** Its own models are known by the last step of their path; anybody else's are not listed. */
function findOnFireworks(model: string): Price | undefined {
  return find(model.replace(/^accounts\/fireworks\/models\//, ""), [FIREWORKS_PRICES]);
}

/**
 * It sells at the makers' prices what only they make. `:free`, `:online` and the like cost something
 * else. What a call did cost stands in its answer.
 */
function findOnOpenRouter(model: string): Price | undefined {
  const [maker = "", name = "", ...rest] = model.split("/");
  return rest.length === 0 ? MAKERS.get(maker)?.(name, undefined) : undefined;
}

/** By OpenRouter's words for them. */
const MAKERS = new Map<string, PriceFinder>([
  ["anthropic", (name) => findClaude(name.replaceAll(".", "-"), false)],
  ["openai", (name) => findOpenAi(name, OPENAI_PRICES)],
  ["google", findGemini],
  ["x-ai", listedIn(XAI_PRICES)],
]);

/** Data zones are written as in LiteLLM's `base_model`: `azure/eu/gpt-4o`. */
function findOnAzure(model: string): Price | undefined {
  const [, zone, name = ""] = /^(?:(us|eu|global|global-standard)\/)?(.+)$/.exec(model) ?? [];
  const factor = zone === "us" || zone === "eu" ? REGIONAL_FACTOR : 1;
  return findOpenAi(name, [OPENAI_AND_AZURE_PRICES], factor);
}

function findOpenAi(model: string, lists: readonly PriceList[], factor = 1): Price | undefined {
  // The first GPT-4o was dearer than what the name means today.
  if (model === "gpt-4o-2024-05-13") return undefined;
  return find(model.replace(/-\d{4}-\d{2}-\d{2}$/, ""), lists, factor);
}

/** The clouds add a date (`-20250929`, `@20250929`) and a version (`-v1:0`) to Anthropic's names. */
const CLAUDE_ID =
  /^(claude-[a-z0-9-]+?)(?:-latest|[-@]\d{8}|@default)?(?:-v\d+(?::\d+)?)?(?:\[1m\])?$/;

/** Regional endpoints cost more from Claude 4.5 on; before, every place had one price. */
const SAME_EVERYWHERE = /^claude-(3|opus-4$|opus-4-[01]$|sonnet-4$)/;

function findClaude(model: string, regional: boolean): Price | undefined {
  const name = CLAUDE_ID.exec(model)?.[1]?.replace(/-4-0$/, "-4") ?? "";
  const factor = regional && !SAME_EVERYWHERE.test(name) ? REGIONAL_FACTOR : 1;
  return find(name, [CLAUDE_PRICES], factor);
}

function listedIn(list: PriceList): PriceFinder {
  return (model) => find(model, [list]);
}

function find(model: string, lists: readonly PriceList[], factor = 1): Price | undefined {
  const row = lists.flatMap((list) => list.prices).find((one) => one.model === model);
  return row && priceFrom(row, PRICE_TABLE_VERSION, factor);
}
