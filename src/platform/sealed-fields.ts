import { LITELLM_PARAMS, isSecretField } from "../core/config/known-settings.ts";
import { referenceIn } from "../core/config/environment.ts";
import { looksLikePrice } from "../core/config/pricing.ts";
import { parseJson, type Json, type JsonObject } from "../core/json.ts";
import { isSealed, type Place, type Sealer } from "./seal.ts";

/** A row whose fields are sealed one by one. */
export type RowPlace = Omit<Place, "field">;

/** What is shown in place of a secret. Sent back with an update, it means "as it is". */
export const MASK = "********";

/**
 * Whether a parameter is kept sealed and shown masked. What is known to be harmless is plain; anything
 * else is taken for a secret, because a header or a vendor's own field may well carry one.
 */
export function isSecret(name: string, value: Json | undefined): boolean {
  if (value === null || value === undefined || typeof value === "boolean") return false;
  if (referenceIn(value) !== undefined) return false;
  if (typeof value === "number") return isSecretField(name) && !looksLikePrice(name);
  return isSecretField(name) || !LITELLM_PARAMS.acted.has(name);
}

/** The same fields with what is secret in them sealed. */
export async function sealFields(
  values: JsonObject,
  row: RowPlace,
  sealer: Sealer,
): Promise<JsonObject> {
  const sealed = Object.entries(values).map(async ([field, value]) => {
    if (isSealed(value) || !isSecret(field, value)) return [field, value ?? null] as const;
    return [field, await sealer.seal(JSON.stringify(value), { ...row, field })] as const;
  });
  return Object.fromEntries(await Promise.all(sealed));
}

export interface OpenedFields {
  values: JsonObject;
  /** Fields that no secret we have opens. They are not in `values`. */
  lost: string[];
}

export async function openFields(
  values: JsonObject,
  row: RowPlace,
  sealer: Sealer,
): Promise<OpenedFields> {
  const opened: JsonObject = {};
  const lost: string[] = [];
  for (const [field, value] of Object.entries(values)) {
    if (!isSealed(value)) {
      opened[field] = value;
      continue;
    }
    const text = await sealer.open(value, { ...row, field });
    const found = text === undefined ? undefined : parseJson(text);
    if (found === undefined) lost.push(field);
    else opened[field] = found;
  }
  return { values: opened, lost };
}

/** For people and for logs: what is secret, sealed or open, is masked. */
export function maskFields(values: JsonObject): JsonObject {
  const shown: JsonObject = {};
  for (const [name, value] of Object.entries(values)) {
    shown[name] = isSealed(value) || isSecret(name, value) ? MASK : value;
  }
  return shown;
}

/**
 * Fields over fields: null takes one away, and a mask is what we showed of a secret, so it leaves the
 * secret as it is.
 */
export function mergeFields(before: JsonObject, changes: JsonObject): JsonObject {
  const merged = { ...before };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete merged[name];
    else if (value !== MASK && value !== undefined) merged[name] = value;
  }
  return merged;
}
