import type { Capabilities } from "./capability.ts";
import { findClaudeSurface, type ClaudeSurface } from "./claude-surface.ts";
import type { Facts } from "./facts.ts";
import { findModel } from "./find-model.ts";
import { withModelInfo } from "./model-info.ts";
import { findVendorRules, type VendorRules } from "./vendor-rules.ts";

/** Everything known of one deployment, found out when the configuration is read and not per call. */
export interface DeploymentFacts {
  capabilities: Capabilities;
  /** Somebody described this model; otherwise its capabilities are what is assumed of any. */
  known: boolean;
  /** Nobody asks for more: what the model writes at most, or any model where that is not known. */
  outputTokensMax: number;
  vendor: VendorRules;
  claude: ClaudeSurface;
}

/** What decides it. A deployment that differs from another in any of these has facts of its own. */
export interface Place {
  provider: string;
  baseModel: string;
  modelInfo: Readonly<Record<string, unknown>>;
}

/** More than any model writes in one answer. */
const ANY_OUTPUT_TOKENS_MAX = 1_000_000;

export function resolveFacts(facts: Facts, place: Place): DeploymentFacts {
  const { provider, baseModel, modelInfo } = place;
  const { capabilities, known } = findModel(facts, baseModel, provider);
  const stated = withModelInfo(capabilities, modelInfo);
  const isLimitKnown = known || typeof modelInfo["max_output_tokens"] === "number";
  return {
    capabilities: stated,
    known,
    outputTokensMax: isLimitKnown ? stated.maxOutputTokens : ANY_OUTPUT_TOKENS_MAX,
    vendor: findVendorRules(facts, baseModel, provider),
    claude: findClaudeSurface(facts, baseModel, provider),
  };
}
