import type { BodyPatch } from "../core/body-patch.ts";
import type { ClaudeSurface, FlaggedMember, Guard } from "../core/facts/claude-surface.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";

/**
 * The caller's `anthropic-beta` flags in the surface's words, each once, in the caller's order. Bedrock
 * and Vertex AI answer 400 to a flag they do not know; there an unknown one is not sent.
 */
export function acceptedBetas(betas: readonly string[], surface: ClaudeSurface): string[] {
  const theirs = betas.flatMap((flag) => {
    const known = surface.betas.get(flag);
    if (known === undefined) return surface.sendsUnknownBetas ? [flag] : [];
    return known === false ? [] : [known];
  });
  return [...new Set(theirs)];
}

/** Flags that a tool of the body stands for, which callers of Anthropic's own API need not send. */
export function betasOfTools(body: BodyPatch, surface: ClaudeSurface): string[] {
  const tools = body.get("tools");
  if (!Array.isArray(tools)) return [];
  return acceptedBetas(
    tools.flatMap((tool) => (isJsonObject(tool) ? flagsOf(tool, surface) : [])),
    surface,
  );
}

function flagsOf(tool: JsonObject, surface: ClaudeSurface): string[] {
  const said = [...surface.toolFlags].flatMap(([name, flag]) =>
    tool[name] === true ? [flag] : [],
  );
  const runs = placeOf(tool, surface);
  return typeof runs === "string" ? [...said, runs] : said;
}

/** Whether a tool that the vendor has to run is run on this surface, or under which flag. */
export function placeOf({ type }: JsonObject, { serverTools }: ClaudeSurface): boolean | string {
  if (typeof type !== "string") return true;
  return serverTools.find(({ matches }) => matches(type))?.runs ?? true;
}

/**
 * The members that must leave because their flag did. A member whose flag the caller never sent
 * stays: the vendor's own complaint about it tells the caller more than silence would.
 */
export function membersWithoutFlag(betas: readonly string[], surface: ClaudeSurface): Guard[] {
  return surface.guards.filter(({ flags }) => {
    const sent = flags.filter((flag) => betas.includes(flag));
    return sent.length > 0 && acceptedBetas(sent, surface).length === 0;
  });
}

/** The names among these that nothing sent along makes known there. */
export function unflagged(
  members: readonly FlaggedMember[],
  accepted: readonly string[],
): string[] {
  return members
    .filter(({ flags }) => !flags.some((flag) => accepted.includes(flag)))
    .map(({ name }) => name);
}

/** The very same object when it has none of these. */
export function without(object: JsonObject, names: readonly string[]): JsonObject {
  if (!names.some((name) => Object.hasOwn(object, name))) return object;
  const entries = Object.entries(object).filter(([name]) => !names.includes(name));
  return Object.fromEntries<Json | undefined>(entries);
}
