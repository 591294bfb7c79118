import type { BodyPatch } from "../core/body-patch.ts";
import { GatewayError } from "../core/errors.ts";
import { isJsonObject, type Json } from "../core/json.ts";

/**
 * Throws when a message points into a bucket. The vendor would fetch it with the operator's own
 * rights, so a caller could read whatever the gateway's account may: bucket names can be guessed.
 */
export function refuseStoredMedia(body: BodyPatch, member: string): void {
  const value = body.get(member);
  if (value === undefined || !pointsIntoBucket(value)) return;
  throw new GatewayError(
    "unsupported_parameter",
    `${member}: media in a bucket (s3Location, gs://) is read with the gateway's own rights, so it is refused. Send the bytes as base64.`,
    { param: member },
  );
}

/** Level by level, because callers decide how deep a body is. */
function pointsIntoBucket(root: Json): boolean {
  const open: (Json | undefined)[] = [root];
  for (let value = open.pop(); open.length > 0 || value !== undefined; value = open.pop()) {
    if (Array.isArray(value)) open.push(...value);
    if (!isJsonObject(value)) continue;
    for (const [name, child] of Object.entries(value)) {
      if (isBucketReference(name, child)) return true;
      if (typeof child === "object" && child !== null) open.push(child);
    }
  }
  return false;
}

function isBucketReference(name: string, value: Json | undefined): boolean {
  if (name === "s3Location") return true;
  const isUri = name === "fileUri" || name === "file_uri";
  return isUri && typeof value === "string" && /^\s*(gs|s3):/i.test(value);
}
