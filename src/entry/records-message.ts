import { z } from "zod";
import type { JsonObject } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import type { CallRecord, EndingKind, UsageSource } from "../core/record.ts";
import type { ChoiceReason } from "../core/routing/choice.ts";

export interface OpenedMessage {
  records: CallRecord[];
  /** How many entries are no records; 1 when the whole message is none. */
  unreadable: number;
}

/** Reads a queue message of type `RecordsMessage`, entry by entry: one bad record spoils no other. */
export function openMessage(body: unknown): OpenedMessage {
  const message = messageSchema.safeParse(body);
  if (!message.success) return { records: [], unreadable: 1 };
  const records: CallRecord[] = [];
  for (const entry of message.data.records) {
    const record = recordSchema.safeParse(entry);
    if (record.success) records.push(record.data);
  }
  return { records, unreadable: message.data.records.length - records.length };
}

const messageSchema = z.object({ records: z.array(z.unknown()) });

const text = z.string();
const maybeText = z.string().nullable();
const count = z.int().nonnegative();
/** Up to the last millisecond a Date can hold, so that no sink fails over writing one. */
const timeMs = count.max(8_640_000_000_000_000);
const jsonObject = z.custom<JsonObject>(isJsonObject);

/** The names of a union; the compiler asks for every one of them. */
function oneOf<Name extends string>(names: Record<Name, true>) {
  return z.custom<Name>((value) => typeof value === "string" && Object.hasOwn(names, value));
}

const recordSchema: z.ZodType<CallRecord> = z.object({
  requestId: text.min(1),
  responseId: maybeText,
  sessionId: maybeText,
  accountId: text,
  keyHash: text,
  keyAlias: maybeText,
  teamId: maybeText,
  teamAlias: maybeText,
  userId: maybeText,
  userEmail: maybeText,
  organizationId: maybeText,
  endUser: maybeText,
  route: text,
  callType: oneOf<CallRecord["callType"]>({
    acompletion: true,
    aresponses: true,
    agenerate_content: true,
    anthropic_messages: true,
    count_tokens: true,
    atext_completion: true,
    aembedding: true,
    arerank: true,
    amoderation: true,
    aimage_generation: true,
    atranscription: true,
    aspeech: true,
  }),
  stream: z.boolean(),
  modelGroup: text,
  model: maybeText,
  deploymentId: maybeText,
  provider: maybeText,
  apiBase: maybeText,
  region: maybeText,
  status: oneOf<CallRecord["status"]>({ success: true, failure: true }),
  statusCode: count,
  ending: oneOf<EndingKind>({
    finished: true,
    refused: true,
    "caller-gone": true,
    broken: true,
    unsettled: true,
  }),
  errorCode: maybeText,
  cacheHit: z.boolean().default(false),
  attempts: count,
  // Records that an older version sent are still on their way when a newer one reads them.
  routeReason: oneOf<ChoiceReason>({
    only: true,
    affinity: true,
    moved: true,
    strategy: true,
    probe: true,
    "last-resort": true,
  })
    .nullable()
    .default(null),
  cachedTokensExpected: count.default(0),
  fallbackFrom: maybeText.default(null),
  hedgedNanoUsd: count.default(0),
  startedAtMs: timeMs,
  firstTokenAtMs: timeMs.nullable(),
  endedAtMs: timeMs,
  overheadMs: z.number().nonnegative(),
  usage: z.object({
    inputTokens: count,
    cacheReadTokens: count,
    cacheWrite5mTokens: count,
    cacheWrite1hTokens: count,
    outputTokens: count,
    reasoningTokens: count,
  }),
  usageSource: oneOf<UsageSource>({ reported: true, observed: true, reserved: true, none: true }),
  costNanoUsd: count,
  cost: z.object({
    input: count,
    cacheRead: count,
    cacheWrite: count,
    output: count,
    reasoning: count,
  }),
  costKnown: z.boolean(),
  keySpendNanoUsd: z.int(),
  keyMaxBudgetNanoUsd: count.nullable(),
  keyBudgetResetAtMs: timeMs.nullable(),
  priceSource: maybeText,
  configVersion: text,
  tags: z.array(z.string()),
  keyMetadata: jsonObject,
  requesterIp: maybeText,
  userAgent: maybeText,
  parameters: jsonObject,
  content: z.object({ messages: z.unknown(), response: z.unknown() }).nullable(),
});
