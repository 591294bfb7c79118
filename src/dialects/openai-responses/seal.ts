import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { wrapProof } from "../proof-envelope.ts";
import { proofOf } from "./reasoning.ts";

/** What stands in a vendor's answer under the vendor's names and is told to callers under the gateway's. */
export interface Seals {
  /** Ids of answers the vendor keeps → the caller's ids for them. */
  ids: ReadonlyMap<string, string>;
  /** Set when hidden thoughts have to say which account can read them. */
  account: string | undefined;
}

const ID_MEMBERS = ["id", "previous_response_id"] as const;

/** The ids of kept answers in this one: its own, and that of the one it goes on from. */
export function responseIdsIn(response: JsonObject): string[] {
  return ID_MEMBERS.map((name) => response[name]).filter((id) => typeof id === "string");
}

/** The members of an answer that are told otherwise; all others stay as they are. */
export function sealedMembers(response: JsonObject, { ids, account }: Seals): JsonObject {
  const sealed: JsonObject = {};
  for (const name of ID_MEMBERS) {
    const id = response[name];
    const theirs = typeof id === "string" ? ids.get(id) : undefined;
    if (theirs !== undefined) sealed[name] = theirs;
  }
  // An answer has items, and a list of items is asked for by its name.
  for (const name of ["output", "data"]) {
    const items = response[name];
    if (account !== undefined && Array.isArray(items) && items.some(hasProof))
      sealed[name] = items.map((item) => sealItem(item, account));
  }
  return sealed;
}

/** An event of a stream, of which a few carry the whole answer or a whole item. */
export function sealEvent(event: JsonObject, seals: Seals): JsonObject {
  const { response, item } = event;
  if (isJsonObject(response))
    return { ...event, response: { ...response, ...sealedMembers(response, seals) } };
  if (item !== undefined && seals.account !== undefined)
    return { ...event, item: sealItem(item, seals.account) };
  return event;
}

function sealItem(item: Json, account: string): Json {
  if (!isJsonObject(item) || item.type !== "reasoning") return item;
  const proof = proofOf(item);
  if (proof === undefined) return item;
  return { ...item, encrypted_content: wrapProof({ ...proof, account }, "openai") };
}

function hasProof(item: Json): boolean {
  return isJsonObject(item) && item.type === "reasoning" && proofOf(item) !== undefined;
}
