import { RATE_PICO_MAX } from "../cost.ts";
import { picoFromUsdPerMillion, picoFromUsdPerToken } from "../money.ts";
import type { Price, Rates } from "../price.ts";
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

/** Price fields LiteLLM has and this gateway does not charge by: per image, per second, batch tiers. */
export function looksLikePrice(name: string): boolean {
  return /_cost(_|$)|_pricing$/.test(name);
}

type PartialRates = Partial<Rates>;

/** What an entry states about its price, before it is completed from the table. */
export interface StatedPrice {
  base: PartialRates;
  above: { thresholdTokens: number; rates: PartialRates } | undefined;
}

/** Collects the price fields of `litellm_params` and `model_info`; the former win. */
export function readStatedPrice(
  places: readonly { path: string; values: Readonly<Record<string, unknown>> }[],
  report: Report,
): StatedPrice {
  const stated: StatedPrice = { base: {}, above: undefined };
  for (const { path, values } of places) {
    for (const [name, value] of Object.entries(values)) {
      const field = priceFieldOf(name);
      const pico = field && readRate(value, `${path}.${name}`, report);
      if (field !== undefined && pico !== undefined)
        state(stated, field, pico, `${path}.${name}`, report);
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

function readRate(value: unknown, path: string, report: Report): number | undefined {
  const usd = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof usd !== "number" || !Number.isFinite(usd) || usd < 0) {
    report.problems.push({ path, message: "must be a number, 0 or more: USD for one token" });
    return undefined;
  }
  const pico = picoFromUsdPerToken(usd);
  if (pico <= RATE_PICO_MAX) return pico;
  const message =
    "is more than $10,000 per million tokens: write USD for one token, 3e-06 for $3 per million";
  report.problems.push({ path, message });
  return undefined;
}

/**
 * The price of a deployment: what the entry states, completed from the table. Input and output must
 * be known one way or the other; zero is free on purpose, silence is unpriced.
 */
export function completePrice(
  stated: StatedPrice,
  listed: Price | undefined,
  unpriced: Settings["unpricedModels"],
): Price | undefined {
  const isStated = Object.keys(stated.base).length > 0 || stated.above !== undefined;
  if (!isStated) return listed ?? boundPrice(unpriced);
  const inputPico = stated.base.inputPico ?? listed?.inputPico;
  const outputPico = stated.base.outputPico ?? listed?.outputPico;
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
