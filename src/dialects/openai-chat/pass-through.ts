import { isJsonObject, parseJson } from "../../core/json.ts";
import type { Frame } from "../framing/frame.ts";

/** The chunk that only counts tokens. We ask for it on every stream; a caller who did not must not see it. */
export function isUsageOnlyFrame(frame: Frame): boolean {
  // Most chunks are told apart without parsing.
  if (!/"choices"\s*:\s*\[\s*\]/.test(frame.data)) return false;
  const chunk = parseJson(frame.data);
  return isJsonObject(chunk) && isJsonObject(chunk.usage);
}
