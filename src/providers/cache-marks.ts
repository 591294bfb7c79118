import type { BodyPatch } from "../core/body-patch.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";

/**
 * Takes Anthropic's cache marks out of a chat body for vendors that cache by themselves and answer 400
 * to the mark. Clients of LiteLLM send them to every model, because LiteLLM takes them out too.
 */
export function removeCacheMarks(body: BodyPatch, dropped: string[] = []): void {
  let found = false;
  for (const name of ["messages", "tools"]) {
    const marked = body.get(name);
    const unmarked = marked === undefined ? marked : withoutMarks(marked);
    if (unmarked === marked) continue;
    body.set(name, unmarked);
    found = true;
  }
  if (found) dropped.push(MARK);
}

const MARK = "cache_control";

/** Where marks may stand. Not deeper: a tool may have a parameter of that name. */
const INNER = ["content", "tool_calls", "function"];

/** The very same value when there was no mark in it. */
function withoutMarks(value: Json): Json {
  if (Array.isArray(value)) {
    const unmarked = value.map(withoutMarks);
    return unmarked.every((one, index) => one === value[index]) ? value : unmarked;
  }
  return isJsonObject(value) ? withoutMark(value) : value;
}

function withoutMark(marked: JsonObject): JsonObject {
  const { [MARK]: mark, ...rest } = marked;
  let isSame = mark === undefined;
  for (const name of INNER) {
    const inner = rest[name];
    if (inner === undefined) continue;
    const unmarked = withoutMarks(inner);
    isSame &&= unmarked === inner;
    rest[name] = unmarked;
  }
  return isSame ? marked : rest;
}
