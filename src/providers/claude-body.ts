import type { BodyPatch } from "../core/body-patch.ts";
import type { Capabilities } from "../core/capabilities.ts";
import { capabilitiesOf } from "../core/capabilities.ts";
import { GatewayError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import {
  acceptedBetas,
  fieldsWithoutFlag,
  FINE_GRAINED_STREAMING,
  TOOL_SEARCH,
  TURN_CONFIG,
} from "./beta-flags.ts";
import type { BetaTable } from "./beta-flags.ts";
import { mapKept, withoutCacheExtras } from "./claude-content.ts";
import { adaptLimits, choosesItsThinking, removeInner } from "./claude-limits.ts";
import { adaptTools } from "./claude-tools.ts";
import { adaptTurns, appendText, markEnd } from "./claude-turns.ts";
import { removeGatewayFields } from "./gateway-fields.ts";
import type { UpstreamCall } from "./provider.ts";

/** A place other than Anthropic's own that serves Claude: the same grammar with fewer words. */
export interface ClaudeSurface {
  name: string;
  /** The body's `anthropic_version`; the caller's own version means nothing here. */
  version: string;
  betas: BetaTable;
  /** The newest models still take a schema for the answer and `strict` tools. */
  schemasForNewest: boolean;
  /** Cache marks may say how long they last even on models before 4.5. */
  ttlForOldest: boolean;
}

/** Anthropic's own services, which no other surface runs. */
const ANTHROPIC_ONLY = [
  "cache_control",
  "container",
  "diagnostics",
  "inference_geo",
  "mcp_servers",
  "service_tier",
  "speed",
];

/** Rewrites what this surface or this model would refuse, and nothing else. */
export function adaptClaudeBody(body: BodyPatch, call: UpstreamCall, surface: ClaudeSurface): void {
  refuseSafeguards(body, surface);
  removeGatewayFields(body);
  const mark = body.get("cache_control");
  for (const name of ANTHROPIC_ONLY) body.delete(name);
  body.set("anthropic_version", surface.version);
  removeUnflagged(body, call.betas, surface.betas);

  const target = targetOf(call, surface);
  if (target.capabilities) adaptLimits(body, target.model, target.capabilities, target.betas);
  if (!target.schemas) describeSchema(body);
  if (isJsonObject(mark)) replaceList(body, "messages", (turns) => markEnd(turns, mark));
  replaceList(body, "messages", (turns) => adaptTurns(turns, target));
  replaceList(body, "tools", (tools) => adaptTools(tools, target));
  replaceList(body, "system", (blocks) =>
    mapKept(blocks, (block) => (isJsonObject(block) ? withoutCacheExtras(block, target) : block)),
  );
}

/** The flags to send, which the body may add one to: streamed arguments are a flag elsewhere. */
export function claudeBetas(body: BodyPatch, call: UpstreamCall, surface: ClaudeSurface): string[] {
  const tools = body.get("tools");
  const isFine = (tool: Json) => isJsonObject(tool) && tool.eager_input_streaming === true;
  const wanted = Array.isArray(tools) && tools.some(isFine) ? [FINE_GRAINED_STREAMING] : [];
  return acceptedBetas([...call.betas, ...wanted], surface.betas);
}

/** What this surface and this model know, in the words of the rules. */
function targetOf(call: UpstreamCall, surface: ClaudeSurface) {
  const model = call.deployment.baseModel;
  const betas = acceptedBetas(call.betas, surface.betas);
  // A private name does not say which Claude it is; then nothing is presumed.
  const capabilities: Capabilities | undefined = model.includes("claude")
    ? capabilitiesOf(model)
    : undefined;
  return {
    model,
    betas,
    capabilities,
    surfaceName: surface.name,
    systemTurns: capabilities?.midSystem ?? true,
    prefill: capabilities?.prefill ?? true,
    turnConfig: TURN_CONFIG.some((flag) => betas.includes(flag)),
    cacheTtl: surface.ttlForOldest || knowsCacheTtl(model),
    toolSearch: betas.includes(TOOL_SEARCH),
    schemas: surface.schemasForNewest || !capabilities || !choosesItsThinking(capabilities),
  };
}

/** Cache marks learned to say how long they last with 4.5. */
function knowsCacheTtl(model: string): boolean {
  return !/claude-(3|(opus|sonnet|haiku)-4(-[01])?(-20|@|$|:))/.test(model);
}

/** Claude Code runs the check itself when the refusal names the field; dropping it would skip the check. */
function refuseSafeguards(body: BodyPatch, surface: ClaudeSurface): void {
  if (!body.has("safeguards")) return;
  throw new GatewayError(
    "unsupported_parameter",
    `safeguards: ${surface.name} runs no safety checks for the caller; send the request without safeguards.`,
    { param: "safeguards" },
  );
}

function removeUnflagged(body: BodyPatch, betas: readonly string[], known: BetaTable): void {
  for (const { within, field } of fieldsWithoutFlag(betas, known)) {
    if (within === undefined) body.delete(field);
    else removeInner(body, within, field);
  }
}

/** Where a schema for the answer cannot be enforced, the model is told of it. */
function describeSchema(body: BodyPatch): void {
  const config = body.get("output_config");
  const format = isJsonObject(config) ? config.format : undefined;
  const messages = body.get("messages");
  if (!isJsonObject(format) || !Array.isArray(messages)) return;
  removeInner(body, "output_config", "format");
  const rule = `Answer with nothing but JSON that is valid under this JSON Schema:\n${JSON.stringify(format.schema)}`;
  body.set("messages", appendText(messages, rule));
}

/** Lists that need no change come back as they were, and then the member keeps its bytes. */
function replaceList(body: BodyPatch, name: string, adapt: (list: Json[]) => Json[]): void {
  const before = body.get(name);
  if (!Array.isArray(before)) return;
  const after = adapt(before);
  if (after !== before) body.set(name, after);
}
