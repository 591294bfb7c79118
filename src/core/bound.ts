import type { Deployment } from "./config/deployment.ts";
import { nanoForTokens } from "./cost.ts";
import { GatewayError } from "./errors.ts";
import type { CostBound } from "./ledger.ts";
import type { Price, Rates } from "./price.ts";
import type { InputMeasure } from "./bound/measure.ts";

export { measureInput, type InputMeasure } from "./bound/measure.ts";

/** How much the caller lets the model write. */
export interface OutputWish {
  /** `undefined` when the caller left the length to the model. */
  maxOutputTokens?: number | undefined;
  /** Answers asked for (`n`). */
  choices: number;
}

/**
 * The most this call can cost at any of these deployments, so that what is reserved is never less
 * than what is settled. Deployments without a price are passed over; the caller sees to it that none
 * of them is asked.
 *
 * `outputTokensMax` is for one answer, as vendors' `max_tokens` is; with `n` answers each of its
 * tokens costs `n` times the rate.
 */
export function boundOf(
  measure: InputMeasure,
  wish: OutputWish,
  deployments: readonly Deployment[],
  usesCaching: boolean = measure.usesCaching,
): CostBound {
  const bounds = deployments.flatMap((one) =>
    one.price === undefined ? [] : [boundAt(one, one.price, measure, wish, usesCaching)],
  );
  const [first] = bounds;
  if (first === undefined) {
    throw new GatewayError("unpriced_model", "No deployment of this model has a price.");
  }
  return {
    inputNanoUsd: Math.max(...bounds.map((one) => one.inputNanoUsd)),
    outputPicoPerToken: Math.max(...bounds.map((one) => one.outputPicoPerToken)),
    outputTokensMax: Math.max(...bounds.map((one) => one.outputTokensMax)),
    clampable: wish.maxOutputTokens === undefined,
    tokens: Math.max(...bounds.map((one) => one.tokens)),
  };
}

function boundAt(
  deployment: Deployment,
  price: Price,
  measure: InputMeasure,
  wish: OutputWish,
  usesCaching: boolean,
): Omit<CostBound, "clampable"> {
  const { capabilities, outputTokensMax: mostTokens } = deployment.facts;
  const inputTokens = inputTokensMax(measure, deployment);
  const wished = wish.maxOutputTokens ?? capabilities.maxOutputTokens;
  const outputTokensMax = Math.min(wished, mostTokens);
  const writes = usesCaching || CACHES_UNASKED.has(deployment.provider);
  const reachable = ratesWithin(inputTokens, price);
  const inputPico = Math.max(...reachable.map((rates) => readRate(rates, writes, measure)));
  const outputPico = Math.max(...reachable.map(writeRate));
  const wishedInAll = wish.maxOutputTokens === undefined ? 0 : outputTokensMax * wish.choices;
  return {
    inputNanoUsd: nanoForTokens(inputTokens, inputPico) + (price.callNano ?? 0),
    outputPicoPerToken: outputPico * wish.choices,
    outputTokensMax,
    tokens: estimateTokens(measure) + wishedInAll,
  };
}

/** These keep prompts without being asked, and newer models charge for it. */
const CACHES_UNASKED = new Set([
  "openai",
  "azure",
  "openrouter",
  "openai_like",
  "custom_openai",
  "hosted_vllm",
]);

/** The rates that apply to some prompt of at most this size. */
function ratesWithin(inputTokens: number, price: Price): Rates[] {
  const { above } = price;
  return above !== undefined && inputTokens > above.thresholdTokens
    ? [price, above.rates]
    : [price];
}

/** The dearest thing a vendor may do with a token it reads. */
function readRate(rates: Rates, writes: boolean, measure: InputMeasure): number {
  const write5m = writes ? rates.cacheWrite5mPico : 0;
  const write1h = writes && measure.longCaching ? rates.cacheWrite1hPico : 0;
  return Math.max(rates.inputPico, rates.cacheReadPico, write5m, write1h);
}

function writeRate(rates: Rates): number {
  return Math.max(rates.outputPico, rates.reasoningPico ?? 0);
}

/**
 * The tokens that open an answer and the lines that chat templates put before a conversation. What
 * they put around each message is covered by the JSON around it, which is counted as text.
 */
const REQUEST_TOKENS = 40;

/**
 * What vendors say to a model about calling tools, or about answering by a schema. Anthropic prints a
 * table of its own (346 to 804 tokens); nobody else's is longer.
 */
const TOOL_PROMPT_TOKENS = 1_000;

/** The largest of Anthropic's own tools, computer use, adds 735 for itself and 499 for its prompt. */
const VENDOR_TOOL_TOKENS = 1_500;

/** Gemini hears 32 tokens a second; no codec that vendors accept needs fewer than 256 bytes for it. */
const AUDIO_BYTES_PER_TOKEN = 8;

/** More than any model reads, and small enough for exact arithmetic (see `cost.ts`). */
const INPUT_TOKENS_MAX = 100_000_000;

/** A number of tokens that the model's count of this input cannot exceed. */
function inputTokensMax(measure: InputMeasure, { facts: { capabilities } }: Deployment): number {
  const seen =
    REQUEST_TOKENS +
    measure.textBytes +
    measure.images * capabilities.imageTokensMax +
    Math.ceil(measure.audioBytes / AUDIO_BYTES_PER_TOKEN) +
    measure.vendorTools * VENDOR_TOOL_TOKENS +
    (measure.hasTools ? TOOL_PROMPT_TOKENS : 0);
  // What cannot be seen still has to fit into the model.
  const all = measure.unseen ? Math.max(seen, capabilities.maxInputTokens) : seen;
  return Math.min(all, INPUT_TOKENS_MAX);
}

/** English has four bytes to a token and Japanese three; JSON and code lie between. */
const BYTES_PER_TOKEN = 3;

/** A full-size picture at most vendors. */
const IMAGE_TOKENS_TYPICAL = 1_600;

/** A likely token count, on the high side: for rate limits, and where no vendor counts. Not a bound. */
export function estimateTokens(measure: InputMeasure): number {
  return (
    Math.ceil(measure.textBytes / BYTES_PER_TOKEN) +
    measure.images * IMAGE_TOKENS_TYPICAL +
    Math.ceil(measure.audioBytes / AUDIO_BYTES_PER_TOKEN)
  );
}
