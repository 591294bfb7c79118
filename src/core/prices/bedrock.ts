import { sold, soldByUnit, type PriceList } from "./list-price.ts";

const SOURCE = "https://aws.amazon.com/bedrock/pricing/";

/**
 * Bedrock's models of other makers than Anthropic, as Virginia and Oregon sell them on demand. Read
 * from LiteLLM's price file (MIT) of 25 July 2026 and from models.dev; where the two disagreed, the
 * dearer. Profiles of the United States (`us.`) cost what the bare id costs.
 */
export const BEDROCK_PRICES: PriceList = {
  source: SOURCE,
  seen: "2026-07-25",
  prices: [
    // Nova keeps prompts, reads them at a quarter and fills the cache at the price of input.
    ...sold("amazon.nova-micro-v1:0", 0.035, 0.14, 0.00875),
    ...sold("amazon.nova-lite-v1:0", 0.06, 0.24, 0.015),
    ...sold("amazon.nova-pro-v1:0", 0.8, 3.2, 0.2),
    ...sold("amazon.nova-premier-v1:0", 2.5, 12.5, 0.625),
    ...sold("amazon.nova-2-lite-v1:0", 0.33, 2.75, 0.0825),
    ...sold("meta.llama3-8b-instruct-v1:0", 0.3, 0.6),
    ...sold("meta.llama3-70b-instruct-v1:0", 2.65, 3.5),
    ...sold("meta.llama3-1-8b-instruct-v1:0", 0.22, 0.22),
    ...sold("meta.llama3-1-70b-instruct-v1:0", 0.99, 0.99),
    ...sold("meta.llama3-1-405b-instruct-v1:0", 5.32, 16),
    ...sold("meta.llama3-2-1b-instruct-v1:0", 0.1, 0.1),
    ...sold("meta.llama3-2-3b-instruct-v1:0", 0.15, 0.15),
    ...sold("meta.llama3-2-11b-instruct-v1:0", 0.35, 0.35),
    ...sold("meta.llama3-2-90b-instruct-v1:0", 2, 2),
    ...sold("meta.llama3-3-70b-instruct-v1:0", 0.72, 0.72),
    ...sold("meta.llama4-scout-17b-instruct-v1:0", 0.17, 0.66),
    ...sold("meta.llama4-maverick-17b-instruct-v1:0", 0.24, 0.97),
    ...sold("mistral.mistral-7b-instruct-v0:2", 0.15, 0.2),
    ...sold("mistral.mixtral-8x7b-instruct-v0:1", 0.45, 0.7),
    ...sold("mistral.mistral-small-2402-v1:0", 1, 3),
    ...sold("mistral.mistral-large-2402-v1:0", 8, 24),
    ...sold("mistral.mistral-large-2407-v1:0", 3, 9),
    ...sold("mistral.mistral-large-3-675b-instruct", 0.5, 1.5),
    ...sold("mistral.pixtral-large-2502-v1:0", 2, 6),
    ...sold("mistral.magistral-small-2509", 0.5, 1.5),
    ...sold("mistral.ministral-3-3b-instruct", 0.1, 0.1),
    ...sold("mistral.ministral-3-8b-instruct", 0.15, 0.15),
    ...sold("mistral.ministral-3-14b-instruct", 0.2, 0.2),
    ...sold("mistral.devstral-2-123b", 0.4, 2),
    ...sold("deepseek.r1-v1:0", 1.35, 5.4),
    ...sold("deepseek.v3-v1:0", 0.58, 1.68),
    ...sold("deepseek.v3.2", 0.62, 1.85),
    ...sold("openai.gpt-oss-20b-1:0", 0.075, 0.3),
    ...sold("openai.gpt-oss-120b-1:0", 0.15, 0.6),
    ...sold("cohere.command-r-v1:0", 0.5, 1.5),
    ...sold("cohere.command-r-plus-v1:0", 3, 15),
  ],
};

/** Profiles of other geographies, where their price is printed. */
export const BEDROCK_PROFILE_PRICES: PriceList = {
  source: SOURCE,
  seen: "2026-07-25",
  prices: [
    ...sold("apac.amazon.nova-micro-v1:0", 0.037, 0.148, 0.00925),
    ...sold("eu.amazon.nova-micro-v1:0", 0.046, 0.184, 0.0115),
    ...sold("apac.amazon.nova-lite-v1:0", 0.063, 0.252, 0.01575),
    ...sold("eu.amazon.nova-lite-v1:0", 0.078, 0.312, 0.0195),
    ...sold("apac.amazon.nova-pro-v1:0", 0.84, 3.36, 0.21),
    ...sold("eu.amazon.nova-pro-v1:0", 1.05, 4.2, 0.2625),
    ...sold("eu.meta.llama3-2-1b-instruct-v1:0", 0.13, 0.13),
    ...sold("eu.meta.llama3-2-3b-instruct-v1:0", 0.19, 0.19),
    ...sold("eu.mistral.pixtral-large-2502-v1:0", 2, 6),
    // The profile of the whole world is a tenth cheaper than every geography.
    ...sold("global.amazon.nova-2-lite-v1:0", 0.3, 2.5, 0.075),
    ...sold("eu.amazon.nova-2-lite-v1:0", 0.33, 2.75, 0.0825),
    ...sold("apac.amazon.nova-2-lite-v1:0 jp.amazon.nova-2-lite-v1:0", 0.33, 2.75, 0.0825),
  ],
};

/** They write nothing, and cost the same in every region. Pictures cost more and are not taken here. */
export const BEDROCK_EMBEDDING_PRICES: PriceList = {
  source: SOURCE,
  seen: "2026-07-25",
  prices: [
    ...sold("amazon.titan-embed-text-v1", 0.1, 0),
    ...sold("amazon.titan-embed-text-v2:0", 0.02, 0),
    ...sold("cohere.embed-english-v3 cohere.embed-multilingual-v3", 0.1, 0),
    ...sold("cohere.embed-v4:0", 0.12, 0),
    ...soldByUnit("cohere.rerank-v3-5:0", "query", 0.002),
    ...soldByUnit("amazon.rerank-v1:0", "query", 0.001),
  ],
};
