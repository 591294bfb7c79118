import { GatewayError } from "../errors.ts";
import type { JsonObject } from "../json.ts";

/** Google's words may be written `PRIORITY` and `SERVICE_TIER_PRIORITY`, too. */
const DEARER_TIER = /priority|fast/i;

/**
 * Fields that multiply a vendor's bill: the priority tiers of OpenAI and Google, Anthropic's fast mode
 * and its data residency (1.1 times for `us`). The price table knows the standard prices only, so such
 * a call could cost more than was reserved for it.
 */
const PREMIUM: Record<string, (value: string) => boolean> = {
  service_tier: (value) => DEARER_TIER.test(value),
  serviceTier: (value) => DEARER_TIER.test(value),
  speed: (value) => value === "fast",
  inference_geo: (value) => value !== "global",
};

/** Throws "unsupported_parameter" when the call asks for a premium no known price includes. */
export function refusePremium(body: JsonObject): void {
  for (const [name, isPremium] of Object.entries(PREMIUM)) {
    const value = body[name];
    if (typeof value !== "string" || !isPremium(value)) continue;
    throw new GatewayError(
      "unsupported_parameter",
      `${name}: this value is billed above the price the gateway knows, and could overrun a budget. Leave it out.`,
      { param: name },
    );
  }
}
