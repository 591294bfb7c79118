import { RATE_PICO_MAX } from "../cost.ts";
import { nanoFromUsd, picoFromUsdPerMillion, picoFromUsdPerToken } from "../money.ts";
import type { Price, Rates } from "../price.ts";
import { UNIT_NANO_MAX, type Unit } from "../units.ts";
import type { Settings } from "./deployment.ts";
import type { Report } from "./problem.ts";

/** LiteLLM's price fields that this gateway charges by. */
const FIELDS: Record<string, keyof Rates> = {
  input_cost_per_token: "inputPico",
  output_cost_per_token: "outputPico",
  cache_read_input_token_cost: "cacheReadPico",
  cache_creation_input_token_cost: "cacheWrite5mPico",
  cache_creation_input_token_cost_above_1hr: "cacheWrite1hPico",
  output_cost_per_reasoning_token: "reasoningPico",
};

/** LiteLLM's prices by the piece. Which side they stand on makes no difference to a bill. */
const UNIT_FIELDS: Record<string, Unit> = {
  input_cost_per_image: "image",
  output_cost_per_image: "image",
  input_cost_per_second: "second",
  output_cost_per_second: "second",
  input_cost_per_character: "character",
  output_cost_per_character: "character",
  input_cost_per_query: "query",
};

export function unitFieldOf(name: string): Unit | undefined {
  return Object.hasOwn(UNIT_FIELDS, name) ? UNIT_FIELDS[name] : undefined;
}

const TOKENS_PER_K = 1_000;

interface PriceField {
  rate: keyof Rates;
  /** `undefined` for the base price. */
  thresholdTokens: number | undefined;
}

/** Reads the name of a price field: `input_cost_per_token_above_200k_tokens`. */
export function priceFieldOf(name: string): PriceField | undefined {
  const [, base = name, thousands] = /^(.+?)(?:_above_(\d+)k_tokens)?$/.exec(name) ?? [];
  const rate = Object.hasOwn(FIELDS, base) ? FIELDS[base] : undefined;
  if (rate === undefined) return undefined;
  const thresholdTokens = thousands === undefined ? undefined : Number(thousands) * TOKENS_PER_K;
  return { rate, thresholdTokens };
}

/** Price fields LiteLLM has and this gateway does not charge by: per pixel, batch tiers. */
export function looksLikePrice(name: string): boolean {
  return /_cost(_|$)|_pricing$/.test(name);
}

type PartialRates = Partial<Rates>;

/** What an entry states about its price, before it is completed from the table. */
export interface StatedPrice {
  base: PartialRates;
  above: { thresholdTokens: number; rates: PartialRates } | undefined;
  units: Partial<Record<Unit, number>>;
}

/** Collects the price fields of `litellm_params` and `model_info`; the former win. */
export function readStatedPrice(
  places: readonly { path: string; values: Readonly<Record<string, unknown>> }[],
  report: Report,
): StatedPrice {
  const stated: StatedPrice = { base: {}, above: undefined, units: {} };
  for (const { path, values } of places) {
    for (const [name, value] of Object.entries(values)) {
      const field = priceFieldOf(name);
      const pico = field && readRate(value, `${path}.${name}`, report);
      if (field !== undefined && pico !== undefined)
        state(stated, field, pico, `${path}.${name}`, report);
      const unit = unitFieldOf(name);
      const nano = unit && readUnitPrice(value, `${path}.${name}`, report);
      if (unit !== undefined && nano !== undefined) stated.units[unit] ??= nano;
    }
  }
  return stated;
}

function state(
  stated: StatedPrice,
  { rate, thresholdTokens }: PriceField,
  pico: number,
  path: string,
  report: Report,
): void {
  if (thresholdTokens === undefined) {
    stated.base[rate] ??= pico;
    return;
  }
  stated.above ??= { thresholdTokens, rates: {} };
  if (stated.above.thresholdTokens === thresholdTokens) stated.above.rates[rate] ??= pico;
  else report.warnings.push({ path, message: "not supported yet: a second threshold" });
}

function readUsd(value: unknown, path: string, report: Report, piece: string): number | undefined {
  const usd = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof usd === "number" && Number.isFinite(usd) && usd >= 0) return usd;
  report.problems.push({ path, message: `must be a number, 0 or more: USD for one ${piece}` });
  return undefined;
}

function readUnitPrice(value: unknown, path: string, report: Report): number | undefined {
  const usd = readUsd(value, path, report, "piece");
  if (usd === undefined) return undefined;
  // A nano-dollar at least: what costs something is not free because its price is small.
  const nano = usd === 0 ? 0 : Math.max(nanoFromUsd(usd), 1);
  if (nano <= UNIT_NANO_MAX) return nano;
  report.problems.push({ path, message: "is more than $10 for one piece: write USD for one" });
  return undefined;
}

function readRate(value: unknown, path: string, report: Report): number | undefined {
  const usd = readUsd(value, path, report, "token");
  if (usd === undefined) return undefined;
  const pico = picoFromUsdPerToken(usd);
  if (pico <= RATE_PICO_MAX) return pico;
  const message =
    "is more than $10,000 per million tokens: write USD for one token, 3e-06 for $3 per million";
  report.problems.push({ path, message });
  return undefined;
}

/** LiteLLM's modes of models that read and write no word, so that what they write has no price. */
const WRITES_NOTHING = new Set(["embedding", "rerank", "moderation"]);

/**
 * The price of a deployment: what the entry states, completed from the table. Input and output must
 * be known one way or the other; zero is free on purpose, silence is unpriced. `mode` is LiteLLM's.
 */
export function completePrice(
  stated: StatedPrice,
  listed: Price | undefined,
  unpriced: Settings["unpricedModels"],
  mode?: string,
): Price | undefined {
  const price = completeTokenPrice(stated, listed, unpriced, mode);
  if (Object.keys(stated.units).length === 0) return price;
  if (price !== undefined) return { ...price, units: stated.units };
  return { ...FREE, units: stated.units, unitsOnly: true, source: "config" };
}

const FREE: Rates = {
  inputPico: 0,
  outputPico: 0,
  cacheReadPico: 0,
  cacheWrite5mPico: 0,
  cacheWrite1hPico: 0,
};

function completeTokenPrice(
  stated: StatedPrice,
  listed: Price | undefined,
  unpriced: Settings["unpricedModels"],
  mode: string | undefined,
): Price | undefined {
  const isStated = Object.keys(stated.base).length > 0 || stated.above !== undefined;
  if (!isStated) return listed ?? boundPrice(unpriced);
  const inputPico = stated.base.inputPico ?? listed?.inputPico;
  const unwritten = WRITES_NOTHING.has(mode ?? "") ? 0 : undefined;
  const outputPico = stated.base.outputPico ?? listed?.outputPico ?? unwritten;
  if (inputPico === undefined || outputPico === undefined) return boundPrice(unpriced);
  const base = completeRates({ ...stated.base, inputPico, outputPico }, listed);
  const above = completeAbove(stated, base, listed);
  return { ...base, ...(above !== undefined && { above }), source: "config" };
}

/** A price of its own makes the table's long-prompt price meaningless; stated alone, it stays. */
function completeAbove(
  stated: StatedPrice,
  base: Rates,
  listed: Price | undefined,
): Price["above"] {
  if (stated.above === undefined)
    return stated.base.inputPico === undefined ? listed?.above : undefined;
  const { thresholdTokens, rates } = stated.above;
  const inputPico = rates.inputPico ?? base.inputPico;
  const outputPico = rates.outputPico ?? base.outputPico;
  return { thresholdTokens, rates: completeRates({ ...rates, inputPico, outputPico }, base) };
}

/** The dearest rules any listed vendor has, for a model of whose caching nothing is known. */
const WRITE_5M_SHARE = 1.25;
const WRITE_1H_SHARE = 2;

/**
 * Cache rates that are not stated keep the share of the input price they have in the table; without
 * one, reads cost what input costs and writes what the dearest vendor takes.
 */
function completeRates(
  stated: PartialRates & Pick<Rates, "inputPico" | "outputPico">,
  like: Rates | undefined,
): Rates {
  const { inputPico, outputPico, reasoningPico } = stated;
  const share = (
    rate: "cacheReadPico" | "cacheWrite5mPico" | "cacheWrite1hPico",
    otherwise: number,
  ) =>
    Math.round(inputPico * (like && like.inputPico > 0 ? like[rate] / like.inputPico : otherwise));
  return {
    inputPico,
    outputPico,
    cacheReadPico: stated.cacheReadPico ?? share("cacheReadPico", 1),
    cacheWrite5mPico: stated.cacheWrite5mPico ?? share("cacheWrite5mPico", WRITE_5M_SHARE),
    cacheWrite1hPico: stated.cacheWrite1hPico ?? share("cacheWrite1hPico", WRITE_1H_SHARE),
    ...(reasoningPico !== undefined && { reasoningPico }),
  };
}

function boundPrice(unpriced: Settings["unpricedModels"]): Price | undefined {
  if (unpriced === "refuse") return undefined;
  const pico = picoFromUsdPerMillion(unpriced.usdPerMillionTokens);
  return {
    inputPico: pico,
    outputPico: pico,
    cacheReadPico: pico,
    cacheWrite5mPico: pico,
    cacheWrite1hPico: pico,
    source: "bound",
  };
}
