import type { BodyPatch } from "../core/body-patch.ts";
import type { Capabilities } from "../core/capabilities.ts";
import type { JsonObject } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import { isLoopWithoutThinking } from "./claude-turns.ts";

/** Numbers and words whose legal values depend on the model: length, thinking, effort, sampling. */
export function adaptLimits(
  body: BodyPatch,
  capabilities: Capabilities,
  betas: readonly string[],
): void {
  const { maxOutputTokens } = capabilities;
  if (numberAt(body, "max_tokens", 0) > maxOutputTokens) body.set("max_tokens", maxOutputTokens);
  if (!capabilities.sampling) {
    for (const name of ["temperature", "top_p", "top_k"]) body.delete(name);
  }
  const effort = effortOf(body);
  adaptThinking(body, capabilities, effort);
  if (effort !== undefined && !knowsEffort(capabilities, betas))
    removeInner(body, "output_config", "effort");
}

function adaptThinking(
  body: BodyPatch,
  capabilities: Capabilities,
  effort: string | undefined,
): void {
  const thinking = body.get("thinking");
  if (!isJsonObject(thinking)) return;
  switch (capabilities.reasoning) {
    case "none":
      body.delete("thinking");
      return;
    case "budget":
      return thinkWithBudget(body, thinking, effort, capabilities.maxOutputTokens);
    case "adaptive":
      return thinkFreely(body, thinking, capabilities, effort);
    case "level":
    case "effort":
      // Ways of other vendors' models.
      return;
  }
}

/** The vendor's lower bound for a budget; below it there is no thinking at all. */
const BUDGET_TOKENS_MIN = 1_024;
/** Which part of the room each effort may think; the rest is left for the answer. */
const SHARES = new Map([
  ["low", 0.2],
  ["medium", 0.5],
]);
const SHARE_OTHERWISE = 0.8;

function thinkWithBudget(
  body: BodyPatch,
  thinking: JsonObject,
  effort: string | undefined,
  maxOutputTokens: number,
): void {
  const isAdaptive = thinking.type === "adaptive";
  if (!isAdaptive && thinking.type !== "enabled") return;
  const room = numberAt(body, "max_tokens", maxOutputTokens);
  const budget = budgetFor(thinking, effort, room);
  if (budget >= room || (isAdaptive && isLoopWithoutThinking(body.get("messages")))) {
    body.delete("thinking");
    return;
  }
  // These models always think aloud and do not know `display`.
  const { display, ...rest } = thinking;
  if (display === undefined && budget === thinking.budget_tokens) return;
  body.set("thinking", { ...rest, type: "enabled", budget_tokens: budget });
}

/** The caller's own budget where it leaves room for an answer, else what its effort stands for. */
function budgetFor(thinking: JsonObject, effort: string | undefined, room: number): number {
  const { type, budget_tokens: asked } = thinking;
  if (type === "enabled" && typeof asked === "number" && asked < room) return asked;
  const share = SHARES.get(effort ?? "") ?? SHARE_OTHERWISE;
  return Math.max(BUDGET_TOKENS_MIN, Math.floor(room * share));
}

function thinkFreely(
  body: BodyPatch,
  thinking: JsonObject,
  capabilities: Capabilities,
  effort: string | undefined,
): void {
  // The models that cannot be forced to call a tool cannot be kept from thinking either.
  if (thinking.type === "disabled" && !capabilities.forcedTools) body.delete("thinking");
  if (thinking.type !== "enabled" || capabilities.thinkingBudget) return;
  const { budget_tokens: budget, ...rest } = thinking;
  body.set("thinking", { ...rest, type: "adaptive" });
  if (effort === undefined && typeof budget === "number") setEffort(body, effortOfBudget(budget));
}

function effortOfBudget(budgetTokens: number): string {
  if (budgetTokens < 4_096) return "low";
  return budgetTokens < 16_384 ? "medium" : "high";
}

function effortOf(body: BodyPatch): string | undefined {
  const config = body.get("output_config");
  return isJsonObject(config) && typeof config.effort === "string" ? config.effort : undefined;
}

function setEffort(body: BodyPatch, effort: string): void {
  const config = body.get("output_config");
  body.set("output_config", { ...(isJsonObject(config) ? config : {}), effort });
}

/** Takes one member out of an object of the body, and the object too when it was the only one. */
export function removeInner(body: BodyPatch, name: string, field: string): void {
  const value = body.get(name);
  if (!isJsonObject(value) || !Object.hasOwn(value, field)) return;
  const { [field]: _removed, ...rest } = value;
  if (Object.keys(rest).length === 0) body.delete(name);
  else body.set(name, rest);
}

/** Models that think freely all know it, one older under a flag, the others never learned it. */
function knowsEffort({ reasoning, effortFlag }: Capabilities, betas: readonly string[]): boolean {
  return reasoning === "adaptive" || (effortFlag !== undefined && betas.includes(effortFlag));
}

function numberAt(body: BodyPatch, name: string, otherwise: number): number {
  const value = body.get(name);
  return typeof value === "number" ? value : otherwise;
}
