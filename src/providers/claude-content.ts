import { GatewayError } from "../core/errors.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";

export interface ContentRules {
  surfaceName: string;
  /** Cache marks may say how long they last. */
  cacheTtl: boolean;
}

/** Content blocks as this surface takes them. A list that needs no change comes back itself. */
export function adaptBlocks(blocks: Json[], rules: ContentRules, path: string): Json[] {
  return mapKept(blocks, (block, index) =>
    isJsonObject(block) ? adaptBlock(block, rules, `${path}.${index}`) : block,
  );
}

function adaptBlock(block: JsonObject, rules: ContentRules, path: string): JsonObject {
  refuseUrl(block, rules, path);
  const marked = withoutCacheExtras(block, rules);
  // Tool results hold blocks of their own; nothing else that is the caller's data is looked into.
  if (!Array.isArray(marked.content)) return marked;
  const content = adaptBlocks(marked.content, rules, `${path}.content`);
  return content === marked.content ? marked : { ...marked, content };
}

/** The gateway does not fetch in the vendor's stead: an address a caller chose could be anyone's. */
function refuseUrl(
  { type, source }: JsonObject,
  { surfaceName }: ContentRules,
  path: string,
): void {
  if (!isJsonObject(source) || source.type !== "url") return;
  throw new GatewayError(
    "unsupported_parameter",
    `${path}.source: ${surfaceName} fetches no URLs; send the ${String(type)} as base64 (source.type "base64").`,
    { param: `${path}.source` },
  );
}

/** A scope shares the cache inside an organisation at Anthropic; elsewhere there is no such thing. */
export function withoutCacheExtras(block: JsonObject, rules: { cacheTtl: boolean }): JsonObject {
  const mark = block.cache_control;
  if (!isJsonObject(mark)) return block;
  const { scope, ttl, ...rest } = mark;
  if (scope === undefined && (ttl === undefined || rules.cacheTtl)) return block;
  const kept = ttl !== undefined && rules.cacheTtl ? { ...rest, ttl } : rest;
  return { ...block, cache_control: kept };
}

/** Like `map`, but gives the same list back when nothing in it changed, so that its bytes survive. */
export function mapKept<Item>(list: Item[], change: (item: Item, index: number) => Item): Item[] {
  const changed = list.map(change);
  return changed.every((item, index) => item === list[index]) ? list : changed;
}
