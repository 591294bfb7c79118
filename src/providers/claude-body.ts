import type { BodyPatch } from "../core/body-patch.ts";
import { GatewayError } from "../core/errors.ts";
import type { ClaudeSurface } from "../core/facts/claude-surface.ts";
import type { Json } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import { acceptedBetas, betasOfTools, membersWithoutFlag, unflagged } from "./beta-flags.ts";
import { removeForeignCitations } from "./claude-citations.ts";
import { mapKept, withoutCacheExtras } from "./claude-content.ts";
import { adaptLimits, removeInner } from "./claude-limits.ts";
import { placeServerTools } from "./claude-server-tools.ts";
import { adaptTools } from "./claude-tools.ts";
import { adaptTurns, appendText, markEnd } from "./claude-turns.ts";
import { removeGatewayFields } from "./gateway-fields.ts";
import type { UpstreamCall } from "./provider.ts";
import { applyVendorRules } from "./quirks.ts";

/**
 * Rewrites what this surface or this model would refuse, and nothing else. Returns the flags that have
 * to go along: the caller's, and those that its tools stand for.
 */
export function adaptClaudeBody(body: BodyPatch, call: UpstreamCall): string[] {
  const { claude: surface } = call.deployment.facts;
  refuseSafeguards(body, surface);
  removeGatewayFields(body);
  removeForeignCitations(body);
  placeServerTools(body, call);
  const betas = claudeBetas(body, call);
  const mark = body.get("cache_control");
  for (const name of surface.drops) body.delete(name);
  if (surface.version !== undefined) body.set("anthropic_version", surface.version);
  removeUnflagged(body, call.betas, surface);

  const target = targetOf(call, betas);
  if (target.capabilities) adaptLimits(body, target.capabilities, betas);
  if (!surface.schemas) describeSchema(body);
  if (isJsonObject(mark)) replaceList(body, "messages", (turns) => markEnd(turns, mark));
  replaceList(body, "messages", (turns) => adaptTurns(turns, target));
  replaceList(body, "tools", (tools) => adaptTools(tools, target));
  replaceList(body, "system", (blocks) =>
    mapKept(blocks, (block) => (isJsonObject(block) ? withoutCacheExtras(block, target) : block)),
  );
  applyVendorRules(body, call);
  return betas;
}

function claudeBetas(body: BodyPatch, { betas, deployment }: UpstreamCall): string[] {
  const { claude: surface } = deployment.facts;
  return [...new Set([...acceptedBetas(betas, surface), ...betasOfTools(body, surface)])];
}

/** What this surface and this model know, in the words of the rules. */
function targetOf({ deployment }: UpstreamCall, betas: readonly string[]) {
  const { capabilities, claude: surface, known } = deployment.facts;
  return {
    // A private name does not say which Claude it is; then nothing is presumed.
    capabilities: known ? capabilities : undefined,
    surfaceName: surface.name,
    systemTurns: !known || capabilities.midSystem,
    prefill: !known || capabilities.prefill,
    unknownInTurns: unflagged(surface.turnMembers, betas),
    unknownInTools: [
      ...unflagged(surface.toolMembers, betas),
      ...(surface.schemas ? [] : ["strict"]),
    ],
    cacheTtl: surface.cacheTtl,
  };
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

function removeUnflagged(body: BodyPatch, betas: readonly string[], surface: ClaudeSurface): void {
  for (const { within, field } of membersWithoutFlag(betas, surface)) {
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
