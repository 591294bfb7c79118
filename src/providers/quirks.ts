import type { BodyPatch } from "../core/body-patch.ts";
import { GatewayError } from "../core/errors.ts";
import type { Limit } from "../core/facts/vendor-rules.ts";
import type { Json } from "../core/json.ts";
import type { UpstreamCall } from "./provider.ts";

/**
 * Takes out, renames and bounds the members of a body that this deployment's vendor knows otherwise,
 * whatever the grammar: what the facts say of it. What they do not name passes as the caller wrote it.
 */
export function applyVendorRules(
  body: BodyPatch,
  { deployment, dropped = [] }: UpstreamCall,
): void {
  const { vendor, capabilities } = deployment.facts;
  const target = { vendor: deployment.provider, dropParams: deployment.dropParams, dropped };
  if (!capabilities.tools) refuseTools(body, target);
  if (!capabilities.sampling && target.dropParams) dropSampling(body, dropped);
  for (const name of vendor.refuses) refuse(body, name, target);
  for (const name of vendor.drops) drop(body, name, dropped);
  for (const [name, limit] of vendor.limits) keepWithin(body, name, limit, dropped);
  for (const [name, theirs] of Object.entries(vendor.renames)) rename(body, name, theirs);
}

interface Target {
  vendor: string;
  /** The operator prefers an answer without a parameter to a refusal. */
  dropParams: boolean;
  /** Collects what was left out. */
  dropped: string[];
}

/** What a model that reasons refuses, in the words of all grammars. */
const SAMPLING = [
  "temperature",
  "top_p",
  "top_k",
  "presence_penalty",
  "frequency_penalty",
  "logit_bias",
  "logprobs",
  "top_logprobs",
];

function dropSampling(body: BodyPatch, dropped: string[]): void {
  for (const name of SAMPLING) drop(body, name, dropped);
}

/** What every grammar calls the tools, and what would be refused without them. */
const TOOLS = ["tools", "toolConfig"];
const AROUND_TOOLS = ["tool_choice", "parallel_tool_calls", "tool_config"];

function refuseTools(body: BodyPatch, target: Target): void {
  for (const name of TOOLS) refuse(body, name, target);
  for (const name of AROUND_TOOLS) body.delete(name);
}

function refuse(body: BodyPatch, name: string, target: Target): void {
  const value = body.get(name);
  if (isAsked(name, value)) {
    if (target.dropParams) return drop(body, name, target.dropped);
    throw new GatewayError(
      "unsupported_parameter",
      `${name}: ${target.vendor} cannot do this, and the answer would not be what you asked for; leave it out`,
      { param: name },
    );
  }
  body.delete(name);
}

/** `n: 1`, `logprobs: false` and `tools: []` ask for nothing. */
function isAsked(name: string, value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (name === "n") return typeof value === "number" && value > 1;
  return Boolean(value);
}

function drop(body: BodyPatch, name: string, dropped: string[]): void {
  // What the gateway itself asked a stream for is nobody's loss.
  if (body.has(name) && body.get(name) !== null && name !== "stream_options") dropped.push(name);
  body.delete(name);
}

function keepWithin(body: BodyPatch, name: string, { min, max }: Limit, dropped: string[]): void {
  const value = body.get(name);
  if (typeof value !== "number") return;
  const kept = Math.min(Math.max(value, min ?? value), max ?? value);
  if (kept === value) return;
  body.set(name, kept);
  dropped.push(name);
}

function rename(body: BodyPatch, name: string, theirs: string): void {
  const value = body.get(name);
  body.delete(name);
  if (value !== undefined && value !== null) body.set(theirs, value);
}
