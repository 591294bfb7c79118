import type { Failure } from "../../core/failure.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { readErrorFields } from "../error-body.ts";
import { textIn } from "../lenient.ts";
import { isMintedId, proofOf } from "./reasoning.ts";

/** Which of OpenAI's hidden thoughts can be read at an address. */
export type ReadableThoughts =
  /** Those of this account. Unmarked ones are taken for its own, unless it marks all it gives out. */
  | { kind: "account"; account: string; allMarked: boolean }
  /** The vendor has refused one of them, and does not say which. */
  | { kind: "none" };

/**
 * A conversation with the thoughts that can be read where it is sent, in the vendor's own form. One
 * that holds no others comes back itself. What followed a thought that is left out loses its id: by it
 * OpenAI would find that the thought is missing.
 */
export function readableInput(items: Json[], thoughts: ReadableThoughts | undefined): Json[] {
  const readable: Json[] = [];
  let isAfterGap = false;
  for (const item of items) {
    if (!isJsonObject(item)) readable.push(item);
    else if (item.type === "reasoning") {
      const thought = readableThought(item, thoughts);
      isAfterGap = thought === undefined;
      if (thought !== undefined) readable.push(thought);
    } else {
      isAfterGap &&= isOfAnswer(item);
      readable.push(isAfterGap ? withoutId(item) : item);
    }
  }
  const isSame =
    readable.length === items.length && readable.every((item, index) => item === items[index]);
  return isSame ? items : readable;
}

/** The vendor could not read a thought. It says so before it does anything. */
export function refusesThoughts({ raw }: Failure): boolean {
  return raw !== undefined && readErrorFields(raw.body).words.includes("invalid_encrypted_content");
}

function readableThought(
  item: JsonObject,
  thoughts: ReadableThoughts | undefined,
): JsonObject | undefined {
  if (thoughts?.kind === "none") return undefined;
  const proof = proofOf(item);
  const isUnmarkedReadable = thoughts?.allMarked !== true;
  // Without a proof it is one the vendor keeps, but for ids minted here, which it has never seen.
  if (!proof) return isUnmarkedReadable && !isMintedId(textIn(item.id)) ? item : undefined;
  if (proof.issuer !== "openai") return undefined;
  if (proof.account === undefined) return isUnmarkedReadable ? item : undefined;
  return thoughts !== undefined && proof.account === thoughts.account
    ? { ...item, encrypted_content: proof.data }
    : undefined;
}

function isOfAnswer({ type, role }: JsonObject): boolean {
  return role === "assistant" || textIn(type).endsWith("_call");
}

function withoutId(item: JsonObject): JsonObject {
  const { id, ...rest } = item;
  return id === undefined ? item : rest;
}
