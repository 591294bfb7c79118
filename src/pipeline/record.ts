import { NO_USAGE } from "../core/chat.ts";
import type { JsonObject } from "../core/json.ts";
import type { CallRecord } from "../core/record.ts";
import type { Admitted } from "./admitted.ts";
import type { Call } from "./call.ts";
import type { Charge } from "./charge.ts";
import type { Deps } from "./deps.ts";
import type { Outcome } from "./outcome.ts";
import type { Place } from "./places.ts";

/** The record of a call nobody will settle; the account completes it with its reservation. */
export function draftRecord(call: Call, deps: Deps): CallRecord {
  return describeCall(call, deps);
}

/** What is known of a call when it has ended. */
export interface Ended {
  outcome: Outcome;
  charge: Charge;
  /** Where its last attempt was made. */
  place: Place | undefined;
}

/** Everything remembered about one call. Text of caller or model is in it only if the operator said so. */
export function completeRecord(
  call: Call,
  admitted: Admitted,
  { outcome, charge, place }: Ended,
  deps: Deps,
): CallRecord {
  const { key } = admitted.admission;
  const { deployment, observed } = outcome;
  return {
    ...describeCall(call, deps),
    responseId: observed.responseId,
    keyAlias: key.alias,
    teamId: key.teamId,
    teamAlias: key.teamAlias,
    userId: key.userId,
    userEmail: key.userEmail,
    organizationId: key.organizationId,
    model: deployment?.model ?? null,
    deploymentId: deployment?.id ?? null,
    provider: deployment?.provider ?? null,
    apiBase: deployment?.connection.api_base ?? null,
    region:
      deployment?.connection.aws_region_name ?? deployment?.connection.vertex_location ?? null,
    status:
      outcome.ending === "finished" || outcome.ending === "caller-gone" ? "success" : "failure",
    statusCode: outcome.statusCode,
    ending: outcome.ending,
    errorCode: outcome.errorCode,
    cacheHit: outcome.fromCache === true,
    attempts: outcome.attempts,
    routeReason: place?.reason ?? null,
    cachedTokensExpected: place?.cachedTokensExpected ?? 0,
    hedgedNanoUsd: charge.hedgedNanoUsd ?? 0,
    firstTokenAtMs: observed.firstTokenAtMs,
    endedAtMs: deps.nowMs(),
    overheadMs: admitted.admittedAtMs - call.context.startedAtMs,
    usage: charge.usage,
    usageSource: charge.usageSource,
    costNanoUsd: charge.costNanoUsd,
    cost: charge.cost,
    costKnown: deployment?.price?.source !== "bound",
    keySpendNanoUsd: key.spendNanoUsd,
    keyMaxBudgetNanoUsd: key.maxBudgetNanoUsd,
    keyBudgetResetAtMs: key.budgetResetAtMs,
    priceSource: deployment?.price?.source ?? null,
    tags: [...new Set([...key.tags, ...call.attribution.tags])],
    keyMetadata: key.metadata,
    content: deps.config.settings.logContent
      ? { messages: beginningOf(saidIn(call.body.value)), response: beginningOf(outcome.response) }
      : null,
  };
}

/** The conversation, under each grammar's name for it. */
function saidIn({ messages, input, contents }: JsonObject): unknown {
  return messages ?? input ?? contents;
}

/** Content that is too long becomes the beginning of its text, as in LiteLLM. */
function beginningOf(value: unknown): unknown {
  const text = JSON.stringify(value) ?? "null";
  return text.length > CONTENT_CHARACTERS_MAX
    ? text.slice(0, CONTENT_CHARACTERS_MAX)
    : (value ?? null);
}

/** LiteLLM's figure. A record travels in messages of 128 KB, and a prompt may have 20 MB. */
const CONTENT_CHARACTERS_MAX = 10_000;

/** The model that served, where the caller's name for it was one of its key's own. */
function meaningOf({ envelope, modelMeant }: Call): JsonObject {
  return modelMeant === envelope.model ? {} : { model_meant: modelMeant };
}

/** What is known before any upstream was asked. */
function describeCall(call: Call, deps: Deps): CallRecord {
  const { attribution, context } = call;
  return {
    requestId: context.id,
    responseId: null,
    sessionId: attribution.sessionId,
    accountId: call.caller.accountId,
    keyHash: call.caller.keyHash,
    keyAlias: null,
    teamId: null,
    teamAlias: null,
    userId: null,
    userEmail: null,
    organizationId: null,
    endUser: attribution.endUser,
    route: call.route.path,
    callType: call.route.callType,
    stream: call.envelope.stream,
    modelGroup: call.envelope.model,
    model: null,
    deploymentId: null,
    provider: null,
    apiBase: null,
    region: null,
    status: "failure",
    statusCode: 0,
    ending: "unsettled",
    errorCode: null,
    cacheHit: false,
    attempts: 0,
    routeReason: null,
    cachedTokensExpected: 0,
    fallbackFrom: call.fallbackFrom ?? null,
    hedgedNanoUsd: 0,
    startedAtMs: context.startedAtMs,
    firstTokenAtMs: null,
    endedAtMs: context.startedAtMs,
    overheadMs: deps.nowMs() - context.startedAtMs,
    usage: NO_USAGE,
    usageSource: "reserved",
    costNanoUsd: 0,
    cost: { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 },
    costKnown: true,
    keySpendNanoUsd: 0,
    keyMaxBudgetNanoUsd: null,
    keyBudgetResetAtMs: null,
    priceSource: null,
    configVersion: deps.config.version,
    tags: attribution.tags,
    keyMetadata: {},
    requesterIp: attribution.requesterIp,
    userAgent: attribution.userAgent,
    parameters: { ...attribution.parameters, ...meaningOf(call) },
    content: null,
  };
}
