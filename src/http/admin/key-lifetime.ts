import { addDuration, parseDuration, type Duration } from "../../core/duration.ts";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";

/** When a key that rotates by itself is due next: an interval from when it was told to. */
export function rotationAfter(
  beforeMs: number | null,
  body: { auto_rotate?: boolean | null; rotation_interval?: string | null },
  settings: JsonObject,
  nowMs: number,
): number | null {
  if (settings["auto_rotate"] !== true) return null;
  const isTold = body.auto_rotate === true || body.rotation_interval !== undefined;
  return isTold || beforeMs === null ? nextRotation(settings, nowMs) : beforeMs;
}

export function nextRotation(settings: JsonObject, nowMs: number): number {
  const written = settings["rotation_interval"];
  const interval = typeof written === "string" ? parseDuration(written) : undefined;
  if (interval !== undefined) return addDuration(nowMs, interval);
  const message = "auto_rotate needs a rotation_interval, such as 30d.";
  throw new GatewayError("invalid_request", message, { param: "rotation_interval" });
}

export function expiryAfter(
  beforeMs: number | null,
  duration: Duration | null | undefined,
  nowMs: number,
): number | null {
  if (duration === undefined) return beforeMs;
  return duration === null ? null : addDuration(nowMs, duration);
}
