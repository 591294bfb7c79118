import type { KeyStanding } from "../../src/core/ledger.ts";
import type { Admitted } from "../../src/pipeline/admitted.ts";

/** The standing of a key without limits that has spent nothing. */
export function standingOf(changes: Partial<KeyStanding> = {}): KeyStanding {
  return {
    alias: null,
    teamId: null,
    teamAlias: null,
    userId: null,
    userEmail: null,
    organizationId: null,
    metadata: {},
    tags: [],
    regions: [],
    spendNanoUsd: 0,
    maxBudgetNanoUsd: null,
    budgetResetAtMs: null,
    limits: [],
    budgets: [],
    ...changes,
  };
}

export function admissionWith(changes: {
  heldNanoUsd?: number;
  inputNanoUsd?: number;
  key?: Partial<KeyStanding>;
}): Admitted {
  return {
    admission: {
      heldNanoUsd: changes.heldNanoUsd ?? 1_000_000,
      outputTokensMax: 500,
      key: standingOf(changes.key),
    },
    bound: {
      inputNanoUsd: changes.inputNanoUsd ?? 500_000,
      outputPicoPerToken: 15_000_000,
      outputTokensMax: 500,
      clampable: false,
      tokens: 1_000,
    },
    outputTokensMax: undefined,
    admittedAtMs: 0,
  };
}
