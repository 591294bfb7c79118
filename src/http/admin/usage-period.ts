import * as z from "zod";
import { DAY_MS } from "../../core/duration.ts";
import { GatewayError } from "../../core/errors.ts";
import { MASTER_KEY_HASH } from "../../core/ledger/policy.ts";
import { utcFromLocal } from "../../core/ledger/local-time.ts";
import { dayOf } from "../../core/usage-labels.ts";
import type { UsageGroup } from "../../platform/db/usage.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { hashOf } from "./key-changes.ts";

/** Days of the operator's calendar, both included. */
export interface Period {
  fromDay: string;
  toDay: string;
}

export const periodFields = { start_date: field.day, end_date: field.day };

export interface PeriodQuery {
  start_date?: string | undefined;
  end_date?: string | undefined;
}

/** What reports cover when they are not told, as in LiteLLM: the last thirty days and today. */
const DAYS = 30;

/** A leap year and a day: what a report about a year needs. Each day of it costs an answer's line. */
const DAYS_MAX = 367;

export function periodOf(
  { start_date: start, end_date: end }: PeriodQuery,
  { nowMs, timeZone }: Pick<AdminDeps, "nowMs" | "timeZone">,
  days = DAYS,
  daysMax = DAYS_MAX,
): Period {
  const toDay = end ?? dayOf(nowMs(), timeZone);
  const fromDay = start ?? addDays(toDay, -days);
  if (toDay < fromDay) throw wrongDate("end_date", `${toDay} is before start_date, ${fromDay}`);
  if (addDays(fromDay, daysMax) <= toDay) {
    throw wrongDate("start_date", `at most ${daysMax} days can be asked for at once`);
  }
  return { fromDay, toDay };
}

/** Every day of it, in order. */
export function daysOf({ fromDay, toDay }: Period): string[] {
  const days: string[] = [];
  for (let day = fromDay; day <= toDay; day = addDays(day, 1)) days.push(day);
  return days;
}

/** The first moment of a day on the operator's calendar. */
export function startOf(day: string, timeZone: string): number {
  return utcFromLocal(Date.parse(day), timeZone);
}

export function addDays(day: string, days: number): string {
  const moved = new Date(Date.parse(day) + days * DAY_MS);
  return moved.toISOString().slice(0, day.length);
}

/** A day, or a moment: a whole day counts on the operator's calendar, a moment is in UTC. */
export const moment = z
  .string()
  .transform((written, context) => {
    const read = field.queryTime.safeParse(written);
    if (read.success && read.data !== undefined) {
      return { atMs: read.data, isDay: written.trim().length === "2026-11-21".length };
    }
    const message = read.error?.issues[0]?.message ?? "is not a date";
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  })
  .optional();

type Moment = z.output<typeof moment>;

export function firstMs(at: Moment, timeZone: string): number | undefined {
  return at?.isDay === true ? utcFromLocal(at.atMs, timeZone) : at?.atMs;
}

/** The last millisecond that still belongs to it. */
export function lastMs(at: Moment, timeZone: string): number | undefined {
  return at?.isDay === true ? utcFromLocal(at.atMs + DAY_MS, timeZone) - 1 : at?.atMs;
}

/** A key by its text or its hash. The master key's calls are counted under a name instead. */
export async function keyHashOf(
  given: string | undefined,
  deps: AdminDeps,
): Promise<string | undefined> {
  if (given === undefined) return undefined;
  if (given === MASTER_KEY_HASH || given === deps.masterKey) return MASTER_KEY_HASH;
  return hashOf(given);
}

/** Beyond it an answer would no longer fit a Worker's memory comfortably. */
export const GROUPS_MAX = 50_000;

/** A report that lacks some lines without saying so is worse than none. */
export function requireComplete(groups: UsageGroup[]): UsageGroup[] {
  if (groups.length < GROUPS_MAX) return groups;
  throw wrongDate(
    "start_date",
    `this report would have more than ${GROUPS_MAX} lines; ask for fewer days, or use GET /usage, which has pages`,
  );
}

function wrongDate(param: string, problem: string): GatewayError {
  return new GatewayError("invalid_request", `${param}: ${problem}`, { param });
}
