import { createBodyPatch } from "../../core/body-patch.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import type { Frame } from "../framing/frame.ts";

/** The chunk that only counts tokens. We ask for it on every stream; a caller who did not must not see it. */
export function isUsageOnlyFrame(frame: Frame): boolean {
  // Most chunks are told apart without parsing.
  if (!/"choices"\s*:\s*\[\s*\]/.test(frame.data)) return false;
  const chunk = parseJson(frame.data);
  return isJsonObject(chunk) && isJsonObject(chunk.usage);
}

/** As LiteLLM does: an alias stays an alias, and one name serves several vendors. Nothing else changes. */
export function restamp(answer: string, model: string): string {
  const value = answer.startsWith("{") ? parseJson(answer) : undefined;
  if (!isJsonObject(value) || typeof value.model !== "string" || value.model === model) {
    return answer;
  }
  const at = answer.indexOf(MODEL_NAME);
  // Where the name stands once, the rest of what may be megabytes of numbers need not be looked at.
  if (at !== -1 && at === answer.lastIndexOf(MODEL_NAME)) {
    const renamed = answer
      .slice(at)
      .replace(MODEL_MEMBER, (_, name: string) => name + JSON.stringify(model));
    return answer.slice(0, at) + renamed;
  }
  const patch = createBodyPatch(answer, value);
  patch.set("model", model);
  return patch.text();
}

const MODEL_NAME = '"model"';
const MODEL_MEMBER = /^("model"\s*:\s*)"(?:[^"\\]|\\.)*"/;
