import { isJsonObject } from "./json.ts";
import { localFromUtc } from "./ledger/local-time.ts";
import type { CallRecord } from "./record.ts";

/** What reports group calls by and no call says in so many words. */
export interface UsageLabels {
  /** The day it started on, on the operator's calendar: `2026-11-21`. */
  day: string;
  /** What kind of program called; empty when it did not say. */
  client: string;
  /** What it was for; empty when nobody said. */
  purpose: string;
}

export function labelsOf(record: CallRecord, timeZone: string): UsageLabels {
  return {
    day: dayOf(record.startedAtMs, timeZone),
    client: clientOf(record.userAgent),
    purpose: purposeOf(record),
  };
}

export function dayOf(atMs: number, timeZone: string): string {
  return new Date(localFromUtc(atMs, timeZone)).toISOString().slice(0, "2026-11-21".length);
}

/**
 * `claude-cli/2.1.329 (external, cli)` → `claude-cli`: the product's name without its version, so that
 * an upgrade does not begin a new row in every report.
 */
function clientOf(userAgent: string | null): string {
  const [product = ""] = (userAgent ?? "").trim().split(/[/\s(]/);
  return product.toLowerCase().slice(0, CLIENT_CHARACTERS_MAX);
}

const CLIENT_CHARACTERS_MAX = 64;

/** The call's own tag `purpose:…` before its key's `metadata.purpose`. */
function purposeOf({ tags, keyMetadata }: CallRecord): string {
  const tag = tags.find((one) => one.startsWith(PURPOSE_TAG));
  if (tag !== undefined) return tag.slice(PURPOSE_TAG.length).trim();
  const ofKey = isJsonObject(keyMetadata) ? keyMetadata["purpose"] : undefined;
  return typeof ofKey === "string" ? ofKey.slice(0, PURPOSE_CHARACTERS_MAX) : "";
}

const PURPOSE_TAG = "purpose:";
const PURPOSE_CHARACTERS_MAX = 256;
