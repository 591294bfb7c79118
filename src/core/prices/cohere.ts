import { sold, soldByUnit, type PriceList } from "./list-price.ts";

/**
 * Read from LiteLLM's price file (MIT) of 25 July 2026 and from models.dev. The names without a date
 * once meant dearer models, and are charged as those. A search of `rerank` is one query over up to a
 * hundred pieces. Embedding pictures costs more and is not taken here.
 */
export const COHERE_PRICES: PriceList = {
  source: "https://cohere.com/pricing",
  seen: "2026-07-25",
  prices: [
    ...sold("command-a-plus-05-2026 command-a-03-2025 command-a-reasoning-08-2025", 2.5, 10),
    ...sold("command-a-vision-07-2025 command-a-translate-08-2025", 2.5, 10),
    ...sold("command-r-plus-08-2024", 2.5, 10),
    ...sold("command-r-plus", 3, 15),
    ...sold("command-r-08-2024", 0.15, 0.6),
    ...sold("command-r", 0.5, 1.5),
    ...sold("command-r7b-12-2024", 0.0375, 0.15),
    ...sold("embed-v4.0", 0.12, 0),
    ...sold("embed-english-v3.0 embed-multilingual-v3.0 embed-english-light-v3.0", 0.1, 0),
    ...soldByUnit("rerank-v3.5 rerank-english-v3.0 rerank-multilingual-v3.0", "query", 0.002),
  ],
};
