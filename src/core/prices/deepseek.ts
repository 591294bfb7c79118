import { sold, type PriceList } from "./list-price.ts";

/**
 * At peak hours (01:00 to 04:00 and 06:00 to 10:00 UTC on working days); the rest of the day costs half.
 * The table has no hours, and a budget must hold at all of them. Every older name is served by
 * Flash at Flash's price. As quoted from the vendor's page on 27 October 2026.
 */
export const DEEPSEEK_PRICES: PriceList = {
  source: "https://api-docs.deepseek.com/quick_start/pricing",
  seen: "2026-10-27",
  prices: [
    ...sold("deepseek-v4-pro", 1.32, 3.96, 0.044),
    ...sold("deepseek-flash deepseek-v4-flash deepseek-v4-flash-vision-exp", 0.3, 1.2, 0.006),
    ...sold("deepseek-chat deepseek-reasoner", 0.3, 1.2, 0.028),
  ],
};
