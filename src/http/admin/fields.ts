import * as z from "zod";
import { isNoDuration, parseDuration } from "../../core/duration.ts";
import type { JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import { budgetDurationProblem } from "../../core/ledger/budget-window.ts";
import { nanoFromUsd } from "../../core/money.ts";

/**
 * The kinds of fields LiteLLM's management bodies are made of. Like its own parser, they take a
 * number written as text; unlike it, they refuse what would make no sense as a limit.
 */

const TEXT_CHARACTERS_MAX = 1_024;
const LIST_ITEMS_MAX = 2_000;
/** Nano-dollars beyond it do not fit SQLite's 64-bit integers. */
const BUDGET_USD_MAX = 9_000_000_000;
/** Spend is added to, so it must stay exact: 2⁵³ nano-dollars. */
const SPEND_USD_MAX = 9_000_000;

/** An id or a name: one line, without the characters that would forge log lines. */
export const text = z
  .string()
  .min(1)
  .max(TEXT_CHARACTERS_MAX)
  .regex(/^[^\u0000-\u001f\u007f]*$/, "must not contain control characters")
  .refine((value) => value.isWellFormed(), "must be well-formed Unicode");

/** An address, in small letters: nobody should be two people for a capital. */
export const email = z
  .preprocess(
    emptyAsNull,
    z.email("Input should be an e-mail address").max(320).toLowerCase().nullable(),
  )
  .optional();

/** An id or a name that may be taken away: LiteLLM's clients send "" as often as null. */
export const optionalText = z.preprocess(emptyAsNull, text.nullable()).optional();

export const texts = z
  .array(text)
  .max(LIST_ITEMS_MAX)
  .nullable()
  .transform((list) => list ?? [])
  .optional();

export const object = z.custom<JsonObject>(isJsonObject, "Input should be an object");

export const optionalObject = object.nullable().optional();

/** Kept as it came; only its outer shape is looked at. */
export const optionalObjects = z.array(object).max(LIST_ITEMS_MAX).nullable().optional();

export const flag = z.boolean().nullable().optional();

/** Dollars on the wire, nano-dollars from here on. */
export const budgetUsd = z
  .preprocess(numberFromText, z.number().min(0).max(BUDGET_USD_MAX).nullable())
  .transform((usd) => (usd === null ? null : nanoFromUsd(usd)))
  .optional();

export const spendUsd = z
  .preprocess(numberFromText, z.number().min(0).max(SPEND_USD_MAX).nullable())
  .transform((usd) => nanoFromUsd(usd ?? 0))
  .optional();

/** An amount there has to be. */
export const someUsd = z
  .preprocess(numberFromText, z.number().min(0).max(SPEND_USD_MAX))
  .transform(nanoFromUsd);

/** Dollars that are only stored and given back. */
export const plainUsd = z
  .preprocess(numberFromText, z.number().min(0).max(BUDGET_USD_MAX).nullable())
  .optional();

export const limit = z.preprocess(numberFromText, z.int().min(0).nullable()).optional();

/** A budget's duration as it was written; LiteLLM's words for none become null. */
export const budgetDuration = z
  .string()
  .nullable()
  .transform((written) => (written === null || isNoDuration(written) ? null : written))
  .superRefine(checkDuration)
  .optional();

export const someBudgetDuration = z.string().superRefine(checkDuration);

function checkDuration(written: string | null, context: z.RefinementCtx): void {
  const problem = written === null ? undefined : budgetDurationProblem(written);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
}

/** A lifetime from now; null, "" and "-1" mean for ever. */
export const lifetime = z
  .string()
  .nullable()
  .transform((written, context) => {
    if (written === null || written.trim() === "-1" || isNoDuration(written)) return null;
    const duration = parseDuration(written);
    if (duration !== undefined) return duration;
    const message = `'${written}' is not a duration; write it like 30s, 30m, 30h, 30d, 1w or 1mo`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  })
  .optional();

/** A span of time, kept as it was written; LiteLLM's words for none become null. */
export const lifetimeText = z
  .string()
  .nullable()
  .transform((written) => (written === null || isNoDuration(written) ? null : written))
  .refine(
    (written) => written === null || parseDuration(written) !== undefined,
    "is not a duration; write it like 30s, 30m, 30h, 30d, 1w or 1mo",
  )
  .optional();

/** A query parameter that is a number. */
export function pageNumber(fallback: number, most: number) {
  return z.coerce.number().int().min(1).max(most).default(fallback);
}

export const queryFlag = z
  .enum(["true", "false", "True", "False", "1", "0"])
  .transform((value) => ["true", "True", "1"].includes(value))
  .optional();

/** `2026-11-21`, `2026-11-21 08:00:00` or ISO 8601, in UTC unless it says otherwise; in milliseconds. */
export const queryTime = z
  .string()
  .transform((written, context) => {
    const isZoned = /(z|[+-]\d\d:?\d\d)$/i.test(written);
    const hasTime = written.length > "2026-11-21".length;
    const iso = written.trim().replace(" ", "T");
    const atMs = Date.parse(hasTime && !isZoned ? `${iso}Z` : iso);
    if (!Number.isNaN(atMs)) return atMs;
    const message = `'${written}' is not a date; write it like 2026-11-21 or 2026-11-21 08:00:00`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  })
  .optional();

/** A day of the operator's calendar: `2026-11-21`. */
export const day = z.iso.date("Input should be a date like 2026-11-21").optional();

/** Where the page before ended: the last row's time and id. */
export const cursor = z
  .string()
  .transform((written, context) => {
    const [, atText, id] = /^(\d{1,15})\.(.{1,256})$/.exec(written) ?? [];
    if (atText !== undefined && id !== undefined) return { atMs: Number(atText), id };
    context.addIssue({ code: "custom", message: "is not a `next_page` this gateway gave" });
    return z.NEVER;
  })
  .optional();

export function writeCursor({ atMs, id }: { atMs: number; id: string }): string {
  return `${atMs}.${id}`;
}

function emptyAsNull(value: unknown): unknown {
  return value === "" ? null : value;
}

function numberFromText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const trimmed = value.trim();
  if (trimmed === "") return null;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed) ? Number(trimmed) : value;
}
