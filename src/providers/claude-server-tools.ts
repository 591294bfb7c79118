import type { BodyPatch } from "../core/body-patch.ts";
import { GatewayError } from "../core/errors.ts";
import type { ClaudeSurface } from "../core/facts/claude-surface.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { placeOf } from "./beta-flags.ts";
import type { UpstreamCall } from "./provider.ts";

/**
 * Tools that Anthropic runs by itself do not run everywhere. Where they cannot, the caller is told by
 * name, or gets an answer without them if the operator prefers that.
 */
export function placeServerTools(body: BodyPatch, call: UpstreamCall): void {
  const { claude: surface } = call.deployment.facts;
  const tools = body.get("tools");
  if (!Array.isArray(tools) || !tools.some((tool) => isElsewhere(tool, surface))) return;
  if (!call.deployment.dropParams) throw refusal(tools, surface);
  for (const tool of tools.filter((one) => isElsewhere(one, surface))) {
    call.dropped?.push(`tools.${typeOf(tool)}`);
  }
  const kept = tools.filter((tool) => !isElsewhere(tool, surface));
  if (kept.length === 0) body.delete("tools");
  else body.set("tools", kept);
  keepChoicePossible(body, kept);
}

function isElsewhere(tool: Json, surface: ClaudeSurface): boolean {
  return isJsonObject(tool) && placeOf(tool, surface) === false;
}

function typeOf(tool: Json | undefined): string {
  return isJsonObject(tool) ? String(tool.type) : "";
}

function refusal(tools: readonly Json[], surface: ClaudeSurface): GatewayError {
  const index = tools.findIndex((tool) => isElsewhere(tool, surface));
  return new GatewayError(
    "unsupported_parameter",
    `tools.${index}.type: ${surface.name} does not run "${typeOf(tools[index])}"; leave the tool out, or choose a model that Anthropic itself serves`,
    { param: `tools.${index}.type` },
  );
}

/** A tool that is not offered cannot be asked for. */
function keepChoicePossible(body: BodyPatch, kept: readonly Json[]): void {
  const choice = body.get("tool_choice");
  if (!isJsonObject(choice)) return;
  const isOffered = kept.some((tool) => isJsonObject(tool) && tool.name === choice.name);
  if (kept.length === 0 || (choice.type === "tool" && !isOffered)) body.delete("tool_choice");
}
