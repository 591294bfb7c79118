import type { BudgetRow } from "../../../src/platform/db/schema/budgets.ts";
import type { KeyRow, TeamRow, UserRow } from "../../../src/platform/db/schema/identity.ts";

const noLimits = {
  models: [],
  maxBudgetNanoUsd: null,
  budgetDuration: null,
  budgetAnchorMs: 0,
  tpmLimit: null,
  rpmLimit: null,
  maxParallelRequests: null,
  blocked: null,
  metadata: {},
  settings: {},
  spendNanoUsd: 0,
  createdAtMs: 0,
  createdBy: "test",
  updatedAtMs: 0,
  updatedBy: "test",
};

export function budgetRow(id: string, changes: Partial<BudgetRow> = {}): BudgetRow {
  return { ...noLimits, id, ...changes };
}

export function keyRow(hash: string, accountId: string, changes: Partial<KeyRow> = {}): KeyRow {
  return {
    ...noLimits,
    hash,
    name: "sk-...W8TA",
    alias: null,
    accountId,
    teamId: null,
    userId: null,
    organizationId: null,
    expiresAtMs: null,
    previousHash: null,
    previousUntilMs: null,
    rotateAtMs: null,
    ...changes,
  };
}

export function teamRow(id: string, changes: Partial<TeamRow> = {}): TeamRow {
  return { ...noLimits, id, alias: id, organizationId: null, members: [], ...changes };
}

export function userRow(id: string, changes: Partial<UserRow> = {}): UserRow {
  return { ...noLimits, id, email: null, alias: null, role: null, teams: [], ...changes };
}
