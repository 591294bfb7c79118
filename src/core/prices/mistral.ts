import { sold, type PriceList } from "./list-price.ts";

/**
 * Read from LiteLLM's price file (MIT) of 25 July 2026 and from models.dev, which quotes the vendor's
 * pages up to 6 October 2026. Where they disagreed, the dearer; a preview's discount is not counted.
 * A cache price is printed for a few models only; the others read kept prompts at the price of input.
 * Voxtral is left out: its sound is charged by the minute.
 */
export const MISTRAL_PRICES: PriceList = {
  source: "https://mistral.ai/pricing",
  seen: "2026-10-06",
  prices: [
    ...sold("mistral-large-4", 1.36, 4.18, 0.14),
    ...sold("mistral-large-latest mistral-large-3 mistral-large-2512", 0.5, 1.5),
    ...sold("mistral-large-2411 pixtral-large-latest pixtral-large-2411", 2, 6),
    ...sold("mistral-large-2407", 3, 9),
    ...sold(
      "mistral-medium-latest mistral-medium-3-5 mistral-medium-3.5 mistral-medium-2604",
      1.5,
      7.5,
    ),
    ...sold("mistral-medium-2505 mistral-medium-2508 mistral-medium-3-1-2508", 0.4, 2),
    // An older and a newer model have this name.
    ...sold("mistral-medium mistral-medium-2312", 2.7, 8.1),
    ...sold(
      "mistral-small mistral-small-latest mistral-small-2506 mistral-small-3-2-2506",
      0.1,
      0.3,
    ),
    ...sold("ministral-3b-2512 ministral-3b-latest ministral-3-3b-2512", 0.1, 0.1),
    ...sold("ministral-8b-2512 ministral-8b-latest ministral-3-8b-2512", 0.15, 0.15),
    ...sold("ministral-14b-2512 ministral-14b-latest ministral-3-14b-2512", 0.2, 0.2),
    ...sold("magistral-medium-latest magistral-medium-2509 magistral-medium-2506", 2, 5),
    ...sold("magistral-small-latest magistral-small-2509 magistral-small-2506", 0.5, 1.5),
    ...sold("codestral-2508", 0.3, 0.9, 0.03),
    // LiteLLM still has the price of the first Codestral here.
    ...sold("codestral-latest codestral-2405", 1, 3),
    ...sold("devstral-latest devstral-2512 devstral-medium-latest devstral-medium-2507", 0.4, 2),
    ...sold("devstral-small-latest devstral-small-2507 devstral-small-2505", 0.1, 0.3),
    ...sold("labs-devstral-small-2512", 0.1, 0.3),
    ...sold("open-mistral-nemo open-mistral-nemo-2407", 0.3, 0.3),
    ...sold("open-mistral-7b", 0.25, 0.25),
    ...sold("open-mixtral-8x7b", 0.7, 0.7),
    ...sold("open-mixtral-8x22b", 2, 6),
    ...sold("pixtral-12b-2409 pixtral-12b", 0.15, 0.15),
    ...sold("mistral-embed mistral-embed-2312", 0.1, 0),
    ...sold("codestral-embed codestral-embed-2505", 0.15, 0),
  ],
};
