import { DAY_MS, exactMs, isNoDuration, parseDuration } from "../duration.ts";
import { budgetDurationProblem } from "../ledger/budget-window.ts";
import type { SharedPolicy } from "../ledger/shared/terms.ts";
import { nanoFromUsd } from "../money.ts";
import type { Settings } from "./deployment.ts";
import { readAnswerCache } from "./answer-cache.ts";
import { readEndUsers } from "./end-users.ts";
import { CALLBACKS } from "./known-settings.ts";
import { readNewUserDefaults } from "./new-users.ts";
import { pathOf, type Report } from "./problem.ts";
import type { ConfigFile } from "./schema.ts";

/** Half of what a Worker could hold beside the parsed copy: an isolate has 128 MB for all its calls. */
const REQUEST_MEGABYTES = 20;

/** Long enough for most calls in flight to settle, well below every client's patience. */
const BUDGET_WAIT_MS = 5_000;

const BYTES_PER_MEGABYTE = 1_048_576;
const MS_PER_SECOND = 1_000;

export function milliseconds(seconds: number): number {
  return Math.round(seconds * MS_PER_SECOND);
}

export function readSettings(file: ConfigFile, report: Report): Settings {
  const { litellm_settings: litellm = {}, general_settings: general = {} } = file;
  const own = file.sekisho_settings ?? {};
  const megabytes = general.max_request_size_mb ?? REQUEST_MEGABYTES;
  return {
    // LiteLLM logs content unless told not to; here nobody's words are kept unless somebody asks.
    logContent: litellm.turn_off_message_logging === false,
    dropParams: litellm.drop_params ?? false,
    requestBytesMax: own.request_bytes_max ?? Math.round(megabytes * BYTES_PER_MEGABYTE),
    timeZone: readTimeZone(litellm.timezone, report),
    unpricedModels: readUnpricedModels(own.unpriced_models),
    callbacks: readCallbacks(file, report),
    keyHeaderName: general.litellm_key_header_name,
    retentionMs: readRetention(general.maximum_spend_logs_retention_period, report),
    budgetWaitMs: own.budget_wait_ms ?? BUDGET_WAIT_MS,
    globalBudget: readGlobalBudget(litellm, report),
    endUsers: readEndUsers(general, litellm, report),
    answerCache: readAnswerCache(litellm, report),
    newUsers: readNewUserDefaults(litellm, report),
    privateUpstreams: own.private_upstreams ?? false,
    legacyStatuses: own.compat?.error_status === "litellm-legacy",
  };
}

function readTimeZone(name: string | undefined, report: Report): string {
  if (name === undefined) return "UTC";
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    const path = pathOf(["litellm_settings", "timezone"]);
    report.problems.push({ path, message: "is no IANA time zone: write one like Asia/Tokyo" });
    return "UTC";
  }
}

/** A month of 31 days: what is deleted too late can still be deleted, the reverse cannot be undone. */
const MONTH_MS = 31 * DAY_MS;

function readRetention(written: string | undefined, report: Report): number | undefined {
  if (written === undefined || isNoDuration(written)) return undefined;
  const duration = parseDuration(written);
  if (duration !== undefined) return exactMs(duration) ?? duration.count * MONTH_MS;
  const path = pathOf(["general_settings", "maximum_spend_logs_retention_period"]);
  report.problems.push({ path, message: "is no duration: write one like 90d" });
  return undefined;
}

/** LiteLLM's budget of the whole proxy. It counts from no particular day, so days count from 1970. */
function readGlobalBudget(
  { max_budget: usd, budget_duration: duration }: NonNullable<ConfigFile["litellm_settings"]>,
  report: Report,
): SharedPolicy | undefined {
  const problem = duration === undefined ? undefined : budgetDurationProblem(duration);
  if (problem !== undefined) {
    const path = pathOf(["litellm_settings", "budget_duration"]);
    report.problems.push({ path, message: problem });
  }
  if (usd === undefined) return undefined;
  const budget = { limitNanoUsd: nanoFromUsd(usd), duration: duration ?? null, anchorMs: 0 };
  return { kind: "global", id: "", name: "all calls", budget, models: [], blocked: false };
}

type OwnSettings = NonNullable<ConfigFile["sekisho_settings"]>;

function readUnpricedModels(written: OwnSettings["unpriced_models"]): Settings["unpricedModels"] {
  if (written === undefined || written === "refuse") return "refuse";
  return { usdPerMillionTokens: written.usd_per_million_tokens };
}

function readCallbacks({ litellm_settings: litellm = {} }: ConfigFile, report: Report): string[] {
  const places = ["callbacks", "success_callback", "failure_callback"] as const;
  for (const place of places) {
    for (const [index, name] of (litellm[place] ?? []).entries()) {
      if (CALLBACKS.has(name)) continue;
      const path = pathOf(["litellm_settings", place, index]);
      report.warnings.push({ path, message: `not supported yet: the callback ${name}` });
    }
  }
  return [...new Set(places.flatMap((place) => litellm[place] ?? []))];
}
