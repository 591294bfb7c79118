import { drizzle } from "drizzle-orm/d1";
import type { KeyPolicy, TeamPolicy, UserPolicy } from "../../core/ledger/policy.ts";
import { findOpenedRow } from "../db/keys.ts";
import { findLinkedBudget, findMemberBudgets } from "../db/linked-budgets.ts";
import { keyPolicyOf, teamPolicyOf, userPolicyOf } from "../db/policies.ts";
import { findTeamRow } from "../db/teams.ts";
import { findUserRow } from "../db/users.ts";

/** Everything D1 says about a key the account has not met, with spend as far as D1 knows it. */
export type FoundKey =
  | { kind: "absent" }
  | { kind: "elsewhere"; accountId: string }
  | {
      kind: "here";
      key: KeyPolicy;
      team: TeamPolicy | undefined;
      user: UserPolicy | undefined;
      spentNanoUsd: { key: number; team: number; user: number };
    };

export async function findKey(
  database: D1Database,
  keyHash: string,
  isMine: (accountId: string) => boolean,
  nowMs: number,
): Promise<FoundKey> {
  const db = drizzle(database);
  const row = await findOpenedRow(db, keyHash, nowMs);
  if (row === undefined) return { kind: "absent" };
  if (!isMine(row.accountId)) return { kind: "elsewhere", accountId: row.accountId };
  const [team, user] = await Promise.all([
    row.teamId === null ? undefined : findTeamRow(db, row.teamId),
    row.userId === null ? undefined : findUserRow(db, row.userId),
  ]);
  // Inside a team the team says what its members may spend.
  const payer = row.teamId === null ? user : undefined;
  const [keyBudget, teamBudget, userBudget, memberBudgets] = await Promise.all([
    findLinkedBudget(db, row),
    findLinkedBudget(db, team),
    findLinkedBudget(db, payer),
    findMemberBudgets(db, team),
  ]);
  return {
    kind: "here",
    key: keyPolicyOf(row, user?.email ?? null, keyBudget),
    team: team && teamPolicyOf(team, teamBudget, memberBudgets),
    user: payer && userPolicyOf(payer, userBudget),
    spentNanoUsd: {
      key: row.spendNanoUsd,
      team: team?.spendNanoUsd ?? 0,
      user: user?.spendNanoUsd ?? 0,
    },
  };
}

/** What was found, for a moment: a deleted key somebody keeps trying must not become load on D1. */
export interface Findings {
  /** The last finding about this key, if it is young enough; else looks again. */
  find(keyHash: string): Promise<FoundKey>;
  /** Call when an administrator changed the key: what is on its way from D1 may be older. */
  forget(keyHash: string): void;
}

/** Also how long a key that changed accounts twice may be told the account in between. */
const REMEMBERED_MS = 10_000;
const REMEMBERED_MAX = 1_000;

export function createFindings(
  look: (keyHash: string) => Promise<FoundKey>,
  nowMs: () => number,
): Findings {
  const remembered = new Map<string, { found: Promise<FoundKey>; untilMs: number }>();

  function lookAgain(keyHash: string): Promise<FoundKey> {
    const found = look(keyHash);
    remembered.delete(keyHash);
    remembered.set(keyHash, { found, untilMs: nowMs() + REMEMBERED_MS });
    const [oldest] = remembered.keys();
    if (remembered.size > REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
    return found;
  }

  async function find(keyHash: string): Promise<FoundKey> {
    const known = remembered.get(keyHash);
    const found = known !== undefined && nowMs() < known.untilMs ? known.found : lookAgain(keyHash);
    try {
      const answer = await found;
      // Forgotten while it was on its way: only a look that began afterwards counts.
      return remembered.get(keyHash)?.found === found ? answer : await find(keyHash);
    } catch (error) {
      if (remembered.get(keyHash)?.found === found) remembered.delete(keyHash);
      throw error;
    }
  }

  return { find, forget: (keyHash) => void remembered.delete(keyHash) };
}
