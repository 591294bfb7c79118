import type { CallRecord } from "../../core/record.ts";
import { standardLoggingPayload } from "./standard-logging.ts";

/** What identifies this gateway among everything that logs to Datadog. */
export interface DatadogIdentity {
  env: string;
  service: string;
  version: string;
  source: string;
  hostname: string;
  podName: string;
}

/** One log as LiteLLM wraps it. Datadog parses the JSON in `message` into attributes. */
export interface DatadogItem {
  ddsource: string;
  ddtags: string;
  hostname: string;
  service: string;
  status: "info" | "error";
  message: string;
}

export function renderItem(
  record: CallRecord,
  identity: DatadogIdentity,
  nowMs: number,
): DatadogItem {
  const late = nowMs - record.endedAtMs > LATE_AFTER_MS;
  return {
    ddsource: identity.source,
    ddtags: renderTags(record, identity),
    hostname: identity.hostname,
    service: identity.service,
    status: record.status === "success" ? "info" : "error",
    message: JSON.stringify(standardLoggingPayload(record, { late })),
  };
}

/** LiteLLM's tags in LiteLLM's order. */
function renderTags(record: CallRecord, identity: DatadogIdentity): string {
  const team = record.teamAlias || record.teamId;
  return [
    `env:${identity.env}`,
    `service:${identity.service}`,
    `version:${identity.version}`,
    `HOSTNAME:${identity.hostname}`,
    `POD_NAME:${identity.podName}`,
    ...record.tags.map((tag) => `request_tag:${tag}`),
    ...(team ? [`team:${team}`] : []),
  ]
    .map(oneTag)
    .join(",");
}

/** Callers choose tags: a comma or a line break in one would forge another (`x,env:prod`). */
function oneTag(tag: string): string {
  return tag.replace(/[,\u0000-\u001f\u007f]/g, "_").slice(0, TAG_CHARACTERS_MAX);
}

/** Datadog cuts longer tags by itself, without saying so. */
const TAG_CHARACTERS_MAX = 200;

/**
 * Datadog takes no timestamp older than this, so logs carry none and stand at their arrival. A late
 * one says so; its true time is `startTime`.
 */
const LATE_AFTER_MS = 18 * 60 * 60 * 1000;
