import { sold, soldByUnit, type ListPrice, type PriceList, type UsdRates } from "./list-price.ts";

const SOURCE = "https://developers.openai.com/api/docs/pricing";

const LONG_PROMPT_TOKENS = 272_000;

/** Models OpenAI and Azure (global standard) sell at one price. Filling the cache costs nothing extra. */
export const OPENAI_AND_AZURE_PRICES: PriceList = {
  source: SOURCE,
  seen: "2026-10-27",
  prices: [
    flat("gpt-5.2", 1.75, 14, 0.175),
    flat("gpt-5.1", 1.25, 10, 0.125),
    flat("gpt-5", 1.25, 10, 0.125),
    flat("gpt-5-mini", 0.25, 2, 0.025),
    flat("gpt-5-nano", 0.05, 0.4, 0.005),
    flat("gpt-4.1", 2, 8, 0.5),
    flat("gpt-4.1-mini", 0.4, 1.6, 0.1),
    flat("gpt-4.1-nano", 0.1, 0.4, 0.025),
    flat("gpt-4o", 2.5, 10, 1.25),
    flat("gpt-4o-mini", 0.15, 0.6, 0.075),
    flat("o4-mini", 1.1, 4.4, 0.275),
    flat("o3", 2, 8, 0.5),
    flat("o3-mini", 1.1, 4.4, 0.55),
    flat("o1", 15, 60, 7.5),
  ],
};

/** Newer ones. Azure's own figures for them were not at hand, so they are priced at OpenAI only. */
export const OPENAI_ONLY_PRICES: PriceList = {
  source: SOURCE,
  seen: "2026-10-27",
  prices: [
    tiered("gpt-6.1-sol", cached(2, 10, 0.1, 5)),
    tiered("gpt-6.1-terra", cached(1, 5, 0.05, 2.5)),
    tiered("gpt-6-astra", cached(10, 50, 1, 12.5)),
    tiered("gpt-6-sol", cached(2, 10, 0.2, 2.5)),
    tiered("gpt-6-luna", cached(0.1, 0.5, 0.01, 0.125)),
    tiered("gpt-5.6-sol", cached(4, 20, 0.4, 5)),
    tiered("gpt-5.6-terra", cached(2, 12, 0.2, 2.5)),
    tiered("gpt-5.6-luna", cached(0.2, 1.2, 0.02, 0.25)),
    tiered("gpt-5.5", uncharged(5, 30, 0.5)),
    tiered("gpt-5.4", uncharged(2.5, 15, 0.25)),
    flat("gpt-5.4-mini", 0.75, 4.5, 0.075),
    flat("gpt-5.4-nano", 0.2, 1.25, 0.02),
  ],
};

/** They write nothing. Azure has a price of its own for them. */
export const OPENAI_EMBEDDING_PRICES: PriceList = {
  source: SOURCE,
  seen: "2026-05-01",
  prices: [
    flat("text-embedding-3-small", 0.02, 0, 0.02),
    flat("text-embedding-3-large", 0.13, 0, 0.13),
    flat("text-embedding-ada-002", 0.1, 0, 0.1),
  ],
};

/**
 * Pictures and sound. Their vendor has one rate for text and a dearer one for what is not, and its
 * answers do not always tell them apart: all of it is charged at the dearer. Whisper is sold by the
 * second, speech by the character.
 */
export const OPENAI_MEDIA_PRICES: PriceList = {
  source: SOURCE,
  seen: "2026-07-25",
  prices: [
    ...sold("gpt-image-1", 10, 40, 2.5),
    ...sold("gpt-image-1-mini", 2.5, 8, 0.25),
    ...sold("gpt-4o-transcribe gpt-4o-transcribe-diarize", 6, 10),
    ...sold("gpt-4o-mini-transcribe", 3, 5),
    ...soldByUnit("whisper-1", "second", 0.0001),
    ...soldByUnit("tts-1", "character", 0.000_015),
    ...soldByUnit("tts-1-hd", "character", 0.000_03),
  ],
};

function uncharged(input: number, output: number, cacheRead: number): UsdRates {
  return { input, output, cacheRead, cacheWrite5m: input, cacheWrite1h: input };
}

/** Since 5.6 cache writes are charged at 1.25 × input; 6.1 added a lifetime of 12 hours at 2.5 ×. */
function cached(input: number, output: number, cacheRead: number, longWrite: number): UsdRates {
  return { input, output, cacheRead, cacheWrite5m: input * 1.25, cacheWrite1h: longWrite };
}

function flat(model: string, input: number, output: number, cacheRead: number): ListPrice {
  return { model, ...uncharged(input, output, cacheRead) };
}

/** OpenAI's one rule for long prompts: twice for everything read, 1.5 times for everything written. */
function tiered(model: string, base: UsdRates): ListPrice {
  const above = {
    thresholdTokens: LONG_PROMPT_TOKENS,
    input: base.input * 2,
    output: base.output * 1.5,
    cacheRead: base.cacheRead * 2,
    cacheWrite5m: base.cacheWrite5m * 2,
    cacheWrite1h: base.cacheWrite1h * 2,
  };
  return { model, ...base, above };
}
