import type { Capabilities } from "./facts/capability.ts";
import { DEFAULT_FACTS } from "./facts/facts.ts";
import { findModel } from "./facts/find-model.ts";

export type { Capabilities } from "./facts/capability.ts";

/**
 * What a model can as far as the gateway knows by itself, for where there is no deployment to ask:
 * one has its own in `facts.capabilities`, with everything the operator says of it.
 */
export function capabilitiesOf(model: string): Capabilities {
  return findModel(DEFAULT_FACTS, model).capabilities;
}
