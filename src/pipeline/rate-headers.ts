import type { RateStanding, ScopeKind } from "../core/ledger.ts";

/** LiteLLM's words for whose limit it is; `user` is a person, or a member inside a team. */
const WORDS: Record<ScopeKind, string> = {
  key: "api_key",
  team: "team",
  user: "user",
  organization: "organization",
  end_user: "end_user",
  tag: "tag",
  global: "global",
};

export function scopeWord({ scope, model }: Pick<RateStanding, "scope" | "model">): string {
  return model === null ? WORDS[scope] : `model_per_${scope}`;
}

/**
 * Every limit in LiteLLM's words; then the key's own, else the tightest above it, in OpenAI's. Several
 * of one kind that are for models become the tightest of them.
 */
export function rateHeadersOf(
  limits: readonly RateStanding[],
  isMember = false,
): Record<string, string> {
  const headers: Record<string, string> = {};
  // The tightest is written last and stays.
  for (const limit of limits.toSorted((a, b) => b.remaining - a.remaining)) {
    const unit = limit.unit === "parallel" ? "max_parallel_requests" : limit.unit;
    const word = isMember && limit.scope === "user" ? "team_member" : scopeWord(limit);
    headers[`x-ratelimit-${word}-limit-${unit}`] = String(limit.limit);
    headers[`x-ratelimit-${word}-remaining-${unit}`] = String(limit.remaining);
    if (limit.scope === "key" && isForPlainModel(limit)) {
      headers[`x-litellm-key-remaining-${unit}-${limit.model}`] = String(limit.remaining);
    }
  }
  return { ...headers, ...openAiHeaders(limits) };
}

/** A pattern, or a group's name with blanks, is no part of a header's name. */
function isForPlainModel({ model, unit }: RateStanding): boolean {
  return model !== null && unit !== "parallel" && /^[\w.-]{1,128}$/.test(model);
}

function openAiHeaders(limits: readonly RateStanding[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const unit of ["requests", "tokens"] as const) {
    const standing = tightest(limits.filter((limit) => limit.unit === unit));
    if (standing === undefined) continue;
    headers[`x-ratelimit-limit-${unit}`] = String(standing.limit);
    headers[`x-ratelimit-remaining-${unit}`] = String(standing.remaining);
    headers[`x-ratelimit-reset-${unit}`] = `${Math.ceil(standing.resetMs / 1000)}s`;
  }
  return headers;
}

function tightest(limits: RateStanding[]): RateStanding | undefined {
  const own = limits.filter((limit) => limit.scope === "key");
  return (own.length > 0 ? own : limits).toSorted((a, b) => a.remaining - b.remaining)[0];
}
