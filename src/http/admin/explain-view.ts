import type { Deployment } from "../../core/config/deployment.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { nanoFromPico, usdFromNano, usdFromPico } from "../../core/money.ts";
import type { Explanation } from "../../core/routing/choice.ts";
import { boundOfCall } from "../../pipeline/forward-bound.ts";
import type { Call } from "../../pipeline/call.ts";
import type { AccountsWord, CallExplanation } from "../../pipeline/explain.ts";
import { patternOf, whyOf } from "../../pipeline/explain-words.ts";
import type { Deps } from "../../pipeline/deps.ts";
import { renderTime } from "./render.ts";

/** The explanation as JSON: what would happen, why in sentences, and the figures behind them. */
export function renderExplanation(
  found: CallExplanation,
  deps: Pick<Deps, "config" | "nowMs">,
): JsonObject {
  const { call, account, bound, pool, fallbacks, cache, refusal } = found;
  return {
    outcome: outcomeOf(found),
    why: whyOf(found, deps),
    error:
      refusal === undefined
        ? null
        : { code: refusal.code, status: refusal.row.status, message: refusal.message },
    key: account === undefined ? null : renderKey(account),
    model: call === undefined ? null : renderModel(call, deps),
    budgets: account?.budgets.map(renderBudget) ?? [],
    limits: account?.limits.map((one) => ({ ...one })) ?? [],
    cost: bound === undefined ? null : renderCost(found),
    strategy: pool?.strategy ?? null,
    choice: pool === undefined ? null : renderChoice(pool.choice),
    routing: call === undefined || account === undefined ? null : renderRouting(call, account),
    deployments: call === undefined ? [] : renderDeployments(call, found),
    fallbacks:
      fallbacks === undefined
        ? null
        : {
            any: fallbacks.any,
            context_window: fallbacks.contextWindow,
            content_policy: fallbacks.contentPolicy,
          },
    answer_cache: cache === undefined ? null : { reads: cache.reads, keeps: cache.keeps },
  };
}

type Outcome = "would_be_sent" | "would_wait" | "would_fall_back" | "would_be_refused";

function outcomeOf({ refusal, obstacle, account, pool }: CallExplanation): Outcome {
  if (refusal !== undefined) return "would_be_refused";
  if (obstacle !== undefined) return "would_fall_back";
  const waits = account?.verdict.kind === "wait" || pool?.choice.kind === "full";
  return waits ? "would_wait" : "would_be_sent";
}

function renderKey({ key }: AccountsWord): JsonObject | null {
  if (key === null) return null;
  const { alias, teamId, teamAlias, userId, organizationId, tags } = key;
  return {
    key_alias: alias,
    team_id: teamId,
    team_alias: teamAlias,
    user_id: userId,
    organization_id: organizationId,
    tags,
  };
}

function renderModel(call: Call, { config }: Pick<Deps, "config">): JsonObject {
  return {
    asked: call.envelope.model,
    served: call.group.name,
    pattern: patternOf(call, config) ?? null,
    experiment: call.testedModel?.name ?? null,
    stream: call.envelope.stream,
  };
}

/** The rules it would be routed by: the file's, unless its key or team has others. */
function renderRouting({ terms, wish }: Call, { key }: AccountsWord): JsonObject {
  const { router, regions } = terms;
  const allowed = wish.region === undefined ? regions : [...regions, wish.region];
  return {
    own_settings: Object.keys(key?.routerSettings ?? {}),
    num_retries: wish.retriesMax ?? router.retriesMax,
    timeout: (wish.timeoutMs ?? router.timeoutMs) / MS_PER_SECOND,
    allowed_model_region: [...new Set(allowed)],
    tag_filtering: router.filtersByTags,
  };
}

const MS_PER_SECOND = 1_000;

function renderBudget(budget: AccountsWord["budgets"][number]): JsonObject {
  const { scope, name, model, duration, resetAtMs } = budget;
  const { limitNanoUsd, spentNanoUsd, heldNanoUsd } = budget;
  return {
    scope,
    name,
    model,
    max_budget: usdFromNano(limitNanoUsd),
    spend: usdFromNano(spentNanoUsd),
    held: usdFromNano(heldNanoUsd),
    budget_duration: duration,
    budget_reset_at: resetAtMs === null ? null : renderTime(resetAtMs),
  };
}

/** What would be held, and what that is made of. */
function renderCost({ bound, account }: CallExplanation): JsonObject | null {
  if (bound === undefined) return null;
  const verdict = account?.verdict;
  const admitted = verdict?.kind === "admitted" ? verdict : undefined;
  return {
    input_max: usdFromNano(bound.inputNanoUsd),
    output_cost_per_token: usdFromPico(bound.outputPicoPerToken),
    output_tokens_max: admitted?.outputTokensMax ?? bound.outputTokensMax,
    held: admitted === undefined ? null : usdFromNano(admitted.heldNanoUsd),
    tokens_counted: bound.tokens,
  };
}

function renderChoice(choice: Explanation["choice"]): JsonObject {
  if (choice.kind === "full") {
    return { deployment_id: null, reason: "full", again_at: renderTime(choice.againAtMs) };
  }
  const { deploymentId, reason, cachedTokensExpected } = choice;
  return { deployment_id: deploymentId, reason, cached_tokens_expected: cachedTokensExpected };
}

/** Every deployment of the model, those too that could not serve this call. */
function renderDeployments(call: Call, { pool, candidates, leftOut }: CallExplanation): Json[] {
  if (candidates === undefined) return [];
  return call.group.deployments.map((one) => {
    const seen = pool?.deployments.find(({ id }) => id === one.id);
    return {
      id: one.id,
      provider: one.provider,
      model: one.model,
      eligible: candidates.includes(one.id),
      excluded_by: leftOut?.get(one.id) ?? seen?.excludedBy ?? null,
      rests_until: timeOrNull(seen?.restsUntilMs),
      in_flight: seen?.inFlight ?? null,
      requests_last_minute: seen?.requestsLastMinute ?? null,
      requests_limit: seen?.requestsLimit ?? null,
      tokens_last_minute: seen?.tokensLastMinute ?? null,
      tokens_limit: seen?.tokensLimit ?? null,
      limit_source: seen?.limitSource ?? null,
      first_token_ms: seen?.firstTokenMs ?? null,
      ...priceOf(one, call),
    };
  });
}

function timeOrNull(atMs: number | null | undefined): string | null {
  return atMs === null || atMs === undefined ? null : renderTime(atMs);
}

/** Its own prices, and the most this very call could cost there. */
function priceOf(deployment: Deployment, call: Call): JsonObject {
  const { price } = deployment;
  if (price === undefined) return { price: null, cost_max: null };
  const bound = boundOfCall(call, [deployment]);
  const outputNanoUsd = nanoFromPico(bound.outputPicoPerToken * bound.outputTokensMax);
  return {
    price: {
      input_cost_per_token: usdFromPico(price.inputPico),
      output_cost_per_token: usdFromPico(price.outputPico),
      cache_read_input_token_cost: usdFromPico(price.cacheReadPico),
      source: price.source,
    },
    cost_max: usdFromNano(bound.inputNanoUsd + outputNanoUsd),
  };
}
