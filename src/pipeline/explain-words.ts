import { formatUsd } from "../core/money.ts";
import type { ChoiceReason, Explanation } from "../core/routing/choice.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import { modelsAfter } from "./explain.ts";
import type { AccountsWord, CallExplanation, Fallbacks } from "./explain.ts";

/** Why a call would go as it would, in sentences, in the order of the line. */
export function whyOf(found: CallExplanation, deps: Pick<Deps, "config" | "nowMs">): string[] {
  const { call, account, pool, fallbacks, cache, obstacle, refusal } = found;
  return [
    ...(call === undefined ? [] : modelWords(call, deps)),
    ...(account === undefined ? [] : accountWords(account)),
    ...(pool === undefined || call === undefined ? [] : routingWords(call, account)),
    ...(pool === undefined ? [] : poolWords(pool, found, deps.nowMs())),
    ...(obstacle === undefined
      ? []
      : [
          `It cannot be answered there: ${obstacle.message} Of ${modelsAfter(obstacle, found).join(", ")}, the first that the key may use would be asked instead.`,
        ]),
    ...(fallbacks === undefined ? [] : fallbackWords(fallbacks)),
    ...(cache?.reads === true
      ? [
          `An identical call that was answered before would be answered from memory, free of charge.`,
        ]
      : []),
    ...(refusal === undefined ? [] : [`It would be refused: ${refusal.message}`]),
  ];
}

function modelWords(call: Call, { config }: Pick<Deps, "config">): string[] {
  const { envelope, modelMeant, group, testedModel } = call;
  const served = (testedModel ?? group).name;
  const alias = config.aliases.get(modelMeant);
  const pattern = patternOf(call, config);
  return [
    ...(envelope.model === modelMeant
      ? []
      : [`For this key, ${envelope.model} stands for ${modelMeant}.`]),
    ...(alias === undefined ? [] : [`${modelMeant} is an alias of ${alias} in the configuration.`]),
    ...(testedModel === undefined
      ? []
      : [`${served} is under test, and this caller's variant of it is ${group.name}.`]),
    ...(pattern === undefined
      ? []
      : [`No entry is named ${group.name}; it is served by the pattern ${pattern}.`]),
  ];
}

/** The `model_name` with stars that serves it; nothing where an entry is named so. */
export function patternOf({ group }: Call, config: Deps["config"]): string | undefined {
  if (config.groups.has(group.name)) return undefined;
  const serves = ({ deploymentsFor }: (typeof config.wildcards)[number]): boolean =>
    deploymentsFor(group.name).length > 0;
  return config.wildcards.find(serves)?.pattern;
}

function accountWords({ verdict, budgets, limits }: AccountsWord): string[] {
  const least = budgets.toSorted((a, b) => leftOf(a) - leftOf(b))[0];
  const tightest = limits.toSorted((a, b) => a.remaining / a.limit - b.remaining / b.limit)[0];
  return [
    ...verdictWords(verdict),
    least === undefined
      ? "No budget binds it."
      : `Of ${budgets.length} budgets that bind it, the tightest is ${whose(least)}: ${formatUsd(leftOf(least))} of ${formatUsd(least.limitNanoUsd)} is free.`,
    tightest === undefined
      ? "No rate limit binds it."
      : `Of ${limits.length} rate limits that bind it, the tightest is ${whose(tightest)}: ${tightest.remaining} of ${tightest.limit} ${unitWords[tightest.unit]} are left.`,
  ];
}

const unitWords = {
  requests: "requests a minute",
  tokens: "tokens a minute",
  parallel: "calls at once",
} as const;

function verdictWords(verdict: AccountsWord["verdict"]): string[] {
  switch (verdict.kind) {
    case "admitted":
      return [
        `The key may make this call: ${formatUsd(verdict.heldNanoUsd)} would be held, the most it can cost with ${verdict.outputTokensMax} tokens written.`,
      ];
    case "wait":
      return [
        "The budgets can pay it, but what is left is held by calls in flight or lent to other accounts: it would wait for that money for a moment.",
      ];
    case "refused":
      return [`The key may not make this call (${verdict.refusal.reason}).`];
  }
}

function leftOf({ limitNanoUsd, spentNanoUsd, heldNanoUsd }: AccountsWord["budgets"][number]) {
  return Math.max(limitNanoUsd - spentNanoUsd - heldNanoUsd, 0);
}

function whose({ scope, model }: { scope: string; model: string | null }): string {
  const owner = `that of the ${scope.replace("_", " ")}`;
  return model === null ? owner : `${owner} for ${model}`;
}

function routingWords({ terms, wish }: Call, account: AccountsWord | undefined): string[] {
  const own = Object.keys(account?.key?.routerSettings ?? {});
  const asked = wish.region === undefined ? [] : [wish.region];
  const regions = [...new Set([...terms.regions, ...asked])];
  return [
    ...(own.length === 0
      ? []
      : [`Its key or team has router_settings of its own: ${own.join(", ")}.`]),
    ...(regions.length === 0 ? [] : [`Its prompt may be read in ${regions.join(" and ")} only.`]),
  ];
}

function poolWords(pool: Explanation, { wish }: CallExplanation, nowMs: number): string[] {
  const { choice, deployments, strategy } = pool;
  const out = deployments.flatMap((one) => {
    const words = exclusionWords(one, nowMs);
    return words === undefined ? [] : [`${one.id} ${words}.`];
  });
  if (choice.kind === "full") {
    const waits = (wish?.waitMs ?? 0) > 0;
    const seconds = inSeconds(choice.againAtMs - nowMs);
    return [
      ...out,
      waits
        ? `It would wait for a place, for up to ${inSeconds(wish?.waitMs ?? 0)}; the next may be free in ${seconds}.`
        : `Every deployment is full or rests, and it would not wait; the next may be free in ${seconds}.`,
    ];
  }
  return [
    ...out,
    `${choice.deploymentId} would be asked: ${reasonWords(choice.reason, strategy)}.`,
  ];
}

function exclusionWords(
  { excludedBy, restsUntilMs }: Explanation["deployments"][number],
  nowMs: number,
): string | undefined {
  switch (excludedBy) {
    case null:
      return undefined;
    case "resting":
      return `rests for ${inSeconds((restsUntilMs ?? nowMs) - nowMs)} more after failures`;
    case "probing":
      return "is being tried by another call after its rest";
    case "full":
      return "is at its limit";
    case "order":
      return "comes later in the operator's order";
    default:
      return `is left out: ${excludedBy}`;
  }
}

function reasonWords(reason: ChoiceReason, strategy: string): string {
  switch (reason) {
    case "only":
      return "it is the only one";
    case "affinity":
      return "the conversation's prompt is cached there";
    case "moved":
      return "the conversation has to leave the place where its prompt is cached";
    case "strategy":
      return `by the strategy ${strategy}`;
    case "probe":
      return "its rest is over, and one call tries whether that helped";
    case "last-resort":
      return "nothing better is left";
  }
}

function fallbackWords({ any, contextWindow, contentPolicy }: Fallbacks): string[] {
  const onlyFor = (names: string[]): string[] => names.filter((name) => !any.includes(name));
  return [
    ...(any.length > 0
      ? [`If none of them answers, these models are asked: ${any.join(", ")}.`]
      : []),
    ...onlyFor(contextWindow).map((name) => `If the prompt is too long, ${name} is asked.`),
    ...onlyFor(contentPolicy).map((name) => `If the vendor's filter refuses, ${name} is asked.`),
  ];
}

function inSeconds(milliseconds: number): string {
  return `${Math.max(Math.ceil(milliseconds / 1_000), 0)} s`;
}
