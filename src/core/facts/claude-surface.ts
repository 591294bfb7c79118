import type { ClaudeSurfaceFact } from "./document.ts";
import type { Facts } from "./facts.ts";
import { compileGlobs, type Glob } from "./glob.ts";
import { firstSaid, keptEntries, keptNames, mergedEntries } from "./merge.ts";

/** A place that serves Claude, as one deployment meets it: Anthropic's grammar with fewer words. */
export interface ClaudeSurface {
  name: string;
  /** The body's `anthropic_version`; the caller's own version means nothing there. */
  version: string | undefined;
  /** Flag → the surface's name for it, or `false` where it must not be sent. */
  betas: ReadonlyMap<string, string | false>;
  sendsUnknownBetas: boolean;
  /** Members of the body that nobody there knows. */
  drops: readonly string[];
  /** Members that leave when their flag could not go along: `context_management`. */
  guards: readonly Guard[];
  /** What leaves every tool, every turn, unless one of these flags goes along. */
  toolMembers: readonly FlaggedMember[];
  turnMembers: readonly FlaggedMember[];
  /** A member of a tool → the flag that says the same for a whole call. */
  toolFlags: ReadonlyMap<string, string>;
  /** Tools that run at the vendor, by their type; first match wins. */
  serverTools: readonly ServerTool[];
  /** Answers can be held to a schema, and tools be `strict`. */
  schemas: boolean;
  /** Cache marks may say how long they last. */
  cacheTtl: boolean;
}

export interface Guard {
  /** The object it is in, where it is not in the body itself. */
  within: string | undefined;
  field: string;
  flags: readonly string[];
}

export interface FlaggedMember {
  name: string;
  flags: readonly string[];
}

export interface ServerTool {
  matches: Glob;
  /** Whether it runs there; a word is the flag it needs. */
  runs: boolean | string;
}

/** `vertex_ai_beta` is LiteLLM's older word for the same place. */
const SYNONYMS = new Map([["vertex_ai_beta", "vertex_ai"]]);

/** How a provider serves this Claude; one that nobody described is taken for Anthropic itself. */
export function findClaudeSurface(facts: Facts, model: string, provider: string): ClaudeSurface {
  const place = SYNONYMS.get(provider) ?? provider;
  const described = surfacesOf(facts, place);
  const layers = described.length > 0 ? described : surfacesOf(facts, "anthropic");
  return {
    name: firstSaid(layers.map((one) => one.name)) ?? provider,
    version: firstSaid(layers.map((one) => one.version)),
    betas: new Map(mergedEntries(layers.map((one) => one.betas)).map(acceptedAs)),
    sendsUnknownBetas: firstSaid(layers.map((one) => one.unknown_betas)) === "send",
    drops: keptNames(layers.map((one) => one.drops)),
    guards: keptEntries(layers.map((one) => one.guards)).map(guardOf),
    toolMembers: keptEntries(layers.map((one) => one.tool_members)).map(flagged),
    turnMembers: keptEntries(layers.map((one) => one.turn_members)).map(flagged),
    toolFlags: new Map(keptEntries(layers.map((one) => one.tool_flags))),
    serverTools: mergedEntries(layers.map((one) => one.server_tools)).map(serverTool),
    schemas: !isNamed(
      model,
      layers.map((one) => one.without_schemas),
    ),
    cacheTtl: !isNamed(
      model,
      layers.map((one) => one.without_cache_ttl),
    ),
  };
}

function surfacesOf(facts: Facts, place: string): ClaudeSurfaceFact[] {
  return facts.flatMap((layer) => layer.claudeSurfaces.get(place) ?? []);
}

function acceptedAs([flag, theirs]: [string, boolean | string]): [string, string | false] {
  return [flag, theirs === true ? flag : theirs];
}

/** `thinking.block_binding` is a member of a member. */
function guardOf([path, flags]: [string, readonly string[]]): Guard {
  const dot = path.indexOf(".");
  return dot < 0
    ? { within: undefined, field: path, flags }
    : { within: path.slice(0, dot), field: path.slice(dot + 1), flags };
}

function flagged([name, flags]: [string, readonly string[]]): FlaggedMember {
  return { name, flags };
}

function serverTool([pattern, runs]: [string, boolean | string]): ServerTool {
  return { matches: compileGlobs([pattern]), runs };
}

function isNamed(model: string, mappings: Parameters<typeof mergedEntries<boolean>>[0]): boolean {
  return mergedEntries(mappings).find(([pattern]) => compileGlobs([pattern])(model))?.[1] ?? false;
}
