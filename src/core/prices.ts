import type { Price } from "./price.ts";
import { CLAUDE_PRICES } from "./prices/claude.ts";
import { GEMINI_PRICES } from "./prices/gemini.ts";
import { ratesFromUsd, type ListPrice, type PriceList } from "./prices/list-price.ts";
import {
  OPENAI_AND_AZURE_PRICES,
  OPENAI_EMBEDDING_PRICES,
  OPENAI_ONLY_PRICES,
} from "./prices/openai.ts";

/** Records carry it, so that a figure can be traced to the table that made it. Change it with them. */
export const PRICE_TABLE_VERSION = "2026-11-21";

/** What regional processing costs on top of the list, at every vendor that charges for it. */
const REGIONAL_FACTOR = 1.1;

/**
 * The list price of a model at a provider; `undefined` when the table does not know it, which is
 * never the same as free. `model` is the vendor's id as the provider spells it, or a `base_model`,
 * which may name another provider first (`azure/gpt-4o`). `location` is the Vertex location.
 */
export function findPrice(provider: string, model: string, location?: string): Price | undefined {
  const slash = model.indexOf("/");
  const named = FINDERS.get(model.slice(0, Math.max(slash, 0)));
  if (named !== undefined) return named(model.slice(slash + 1), location);
  return FINDERS.get(provider)?.(model, location);
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
  ["demo", () => DEMO_PRICE],
]);

const OPENAI_PRICES = [OPENAI_AND_AZURE_PRICES, OPENAI_ONLY_PRICES, OPENAI_EMBEDDING_PRICES];

/** Charged by nobody. The demo has a price so that a newcomer sees costs and budgets at work. */
const DEMO_PRICE = priceFrom({
  model: "demo",
  input: 1,
  output: 2,
  cacheRead: 0.1,
  cacheWrite5m: 1.25,
  cacheWrite1h: 2,
});

/**
 * `us.anthropic.claude-…-v1:0`, or the ARN of such a profile. The profiles of one geography cost more
 * than `global.` and the bare id. Profiles of regions with a price list of their own (GovCloud) are
 * not known here.
 */
function findOnBedrock(model: string): Price | undefined {
  const id = model.slice(model.lastIndexOf("/") + 1);
  const [, geography, name = ""] =
    /^(?:(us|eu|jp|au|apac|global)\.)?anthropic\.(.+)$/.exec(id) ?? [];
  return findClaude(name, geography !== undefined && geography !== "global");
}

/** Only `global` is without the surcharge; multi-regions such as `eu` are regional too. */
function findOnVertex(model: string, location: string | undefined): Price | undefined {
  if (model.startsWith("claude")) return findClaude(model, location !== "global");
  return findGemini(model);
}

/** One price wherever Google serves it. */
function findGemini(model: string): Price | undefined {
  return find(model.replace(/-00\d$/, ""), [GEMINI_PRICES]);
}

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

function find(model: string, lists: readonly PriceList[], factor = 1): Price | undefined {
  const row = lists.flatMap((list) => list.prices).find((one) => one.model === model);
  return row && priceFrom(row, factor);
}

function priceFrom(row: ListPrice, factor = 1): Price {
  const { above } = row;
  const price: Price = { ...ratesFromUsd(row, factor), source: PRICE_TABLE_VERSION };
  if (above === undefined) return price;
  const { thresholdTokens } = above;
  return { ...price, above: { thresholdTokens, rates: ratesFromUsd(above, factor) } };
}
