import { sold, type PriceList } from "./list-price.ts";

/*
 * Vendors that run open models, each with a price of its own for the same model. Read from LiteLLM's
 * price file (MIT) of 25 July 2026 and from models.dev, which quotes the vendors' pages; where the two
 * disagreed, the dearer.
 */

export const GROQ_PRICES: PriceList = {
  source: "https://groq.com/pricing",
  seen: "2026-08-29",
  prices: [
    ...sold("llama-3.1-8b-instant", 0.05, 0.08),
    ...sold("llama-3.3-70b-versatile", 0.59, 0.79),
    ...sold("meta-llama/llama-4-scout-17b-16e-instruct", 0.11, 0.34),
    ...sold("meta-llama/llama-4-maverick-17b-128e-instruct", 0.2, 0.6),
    ...sold("meta-llama/llama-guard-4-12b", 0.2, 0.2),
    ...sold("moonshotai/kimi-k2-instruct-0905", 1, 3, 0.5),
    ...sold("openai/gpt-oss-20b openai/gpt-oss-safeguard-20b", 0.075, 0.3, 0.0375),
    ...sold("openai/gpt-oss-120b", 0.15, 0.6, 0.075),
    ...sold("qwen/qwen3-32b", 0.29, 0.59),
    ...sold("qwen/qwen3.8-27b", 0.8, 4, 0.4),
  ],
};

export const TOGETHER_PRICES: PriceList = {
  source: "https://www.together.ai/pricing",
  seen: "2026-09-23",
  prices: [
    ...sold("meta-llama/Llama-3.3-70B-Instruct-Turbo", 0.88, 0.88),
    ...sold("deepseek-ai/DeepSeek-R1", 3, 7),
    ...sold("deepseek-ai/DeepSeek-V3", 1.25, 1.25),
    ...sold("deepseek-ai/DeepSeek-V4-Pro", 2.1, 4.4, 0.2),
    ...sold("deepseek-ai/DeepSeek-V4.1-Flash", 0.3, 1.2, 0.006),
    ...sold("moonshotai/Kimi-K2.6", 1.2, 4.5, 0.2),
    ...sold("moonshotai/Kimi-K3", 3, 15, 0.3),
    ...sold("Qwen/Qwen3.5-397B-A17B", 0.6, 3.6),
    ...sold("zai-org/GLM-5.3", 1.4, 4.4, 0.26),
  ],
};

/** Ids of the vendor's own models, without the path in front of them. */
export const FIREWORKS_PRICES: PriceList = {
  source: "https://fireworks.ai/pricing",
  seen: "2026-09-26",
  prices: [
    ...sold("deepseek-v4-pro", 1.74, 3.48, 0.145),
    ...sold("deepseek-v4-pro-0813", 1.32, 3.96, 0.044),
    ...sold("deepseek-v4-flash deepseek-v4-flash-0731", 0.14, 0.28, 0.028),
    ...sold("deepseek-v3p1 deepseek-v3p2", 0.56, 1.68),
    ...sold("deepseek-r1 deepseek-r1-0528", 3, 8),
    ...sold("glm-5p3", 1.4, 4.4, 0.26),
    ...sold("glm-5p2", 1.4, 4.4, 0.14),
    ...sold("glm-5p1", 1.4, 4.4, 0.26),
    ...sold("gpt-oss-120b", 0.15, 0.6, 0.015),
    ...sold("gpt-oss-20b", 0.07, 0.3, 0.035),
    ...sold("kimi-k2p5", 0.6, 3, 0.1),
    ...sold("kimi-k2p6", 0.95, 4, 0.16),
    ...sold("kimi-k2p7-code", 0.95, 4, 0.19),
    ...sold("llama-v3p1-8b-instruct", 0.1, 0.1),
    ...sold("llama-v3p1-405b-instruct", 3, 3),
    ...sold("llama4-scout-instruct-basic", 0.15, 0.6),
    ...sold("llama4-maverick-instruct-basic", 0.22, 0.88),
    ...sold("minimax-m2p7 minimax-m3", 0.3, 1.2, 0.06),
    ...sold("qwen3p7-plus", 0.4, 1.6, 0.08),
    ...sold("qwen3p8-max", 2, 6, 0.25),
  ],
};

export const CEREBRAS_PRICES: PriceList = {
  source: "https://www.cerebras.ai/pricing",
  seen: "2026-07-25",
  prices: [
    ...sold("llama3.1-8b", 0.1, 0.1),
    ...sold("llama-3.3-70b", 0.85, 1.2),
    ...sold("gpt-oss-120b", 0.35, 0.75),
    ...sold("qwen-3-32b", 0.4, 0.8),
    ...sold("zai-glm-4.6 zai-glm-4.7", 2.25, 2.75),
  ],
};

export const CLOUDFLARE_PRICES: PriceList = {
  source: "https://developers.cloudflare.com/workers-ai/platform/pricing/",
  seen: "2026-07-25",
  prices: [
    ...sold("@cf/meta/llama-3.1-8b-instruct-fp8", 0.152, 0.287),
    ...sold("@cf/meta/llama-3.2-1b-instruct", 0.027, 0.201),
    ...sold("@cf/meta/llama-3.2-3b-instruct", 0.0509, 0.335),
    ...sold("@cf/meta/llama-3.2-11b-vision-instruct", 0.0485, 0.676),
    ...sold("@cf/meta/llama-3.3-70b-instruct-fp8-fast", 0.293, 2.253),
    ...sold("@cf/meta/llama-4-scout-17b-16e-instruct", 0.27, 0.85),
    ...sold("@cf/mistralai/mistral-small-3.1-24b-instruct", 0.351, 0.555),
    ...sold("@cf/openai/gpt-oss-20b", 0.2, 0.3),
    ...sold("@cf/openai/gpt-oss-120b", 0.35, 0.75),
    ...sold("@cf/qwen/qwen3-30b-a3b-fp8", 0.0509, 0.335),
    ...sold("@cf/qwen/qwq-32b @cf/qwen/qwen2.5-coder-32b-instruct", 0.66, 1),
    ...sold("@cf/deepseek-ai/deepseek-r1-distill-qwen-32b", 0.497, 4.881),
    ...sold("@cf/zai-org/glm-4.7-flash", 0.0605, 0.4),
    ...sold("@cf/zai-org/glm-5.2", 1.4, 4.4, 0.26),
    ...sold("@cf/moonshotai/kimi-k2.6", 0.95, 4, 0.16),
    ...sold("@cf/moonshotai/kimi-k2.7-code", 0.95, 4, 0.19),
  ],
};
