import type { Json, JsonObject } from "../../core/json.ts";
import { objectIn, objectsIn } from "../lenient.ts";

/** The vendor refuses a request with more. */
const CACHE_POINTS_MAX = 4;

/**
 * Takes away the points that are too many, in the order the prompt is read. The last ones stay,
 * because each covers everything before it.
 */
export function limitCachePoints(body: JsonObject): void {
  const lists = [
    objectIn(body.toolConfig).tools,
    body.system,
    ...objectsIn(body.messages).map((message) => message.content),
  ].filter((list) => Array.isArray(list));
  let excess = lists.flatMap(pointsIn).length - CACHE_POINTS_MAX;
  for (const list of lists) {
    for (const point of pointsIn(list)) {
      if (excess-- <= 0) return;
      list.splice(list.indexOf(point), 1);
    }
  }
}

function pointsIn(list: Json[]): JsonObject[] {
  return objectsIn(list).filter((block) => block.cachePoint !== undefined);
}
