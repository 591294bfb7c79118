import type { Json, JsonObject } from "../../core/json.ts";
import { findBudgetRows } from "../../platform/db/budgets.ts";
import { changedColumns } from "../../platform/db/changed-columns.ts";
import { findIdsEverMade, insertNewRows } from "../../platform/db/imports.ts";
import { findOrganizationRows } from "../../platform/db/organizations.ts";
import { findTeamRows } from "../../platform/db/teams.ts";
import { findUserRows } from "../../platform/db/users.ts";
import type { ImportResult } from "./import-order.ts";
import type { Links, Reading } from "./import-rows.ts";
import type { FoundLinks, ImportTable } from "./import-tables.ts";
import type { AdminCall } from "./route.ts";

type Read<Row> = Extract<Reading<Row>, { kind: "read" }>;

/**
 * Takes rows in: into D1, then to the objects that decide. What is here already stays as it is, so that
 * the same file can be brought as often as one likes; neither does it bring back what was made here
 * once and is gone, such as a key somebody revoked.
 */
export async function importRows<Row extends object>(
  table: ImportTable<Row>,
  raws: readonly JsonObject[],
  call: AdminCall,
): Promise<ImportResult[]> {
  const { deps, by } = call;
  const context = { by, nowMs: deps.nowMs(), timeZone: deps.timeZone };
  const readings = raws.map((raw) => table.read(raw, context));
  const read = readings.filter((one) => one.kind === "read");
  const ids = read.map((one) => one.id);
  const here = new Map((await table.find(deps.db, ids)).map((row) => [table.idOf(row), row]));
  const everMade = await findIdsEverMade(deps.db, table.audited, ids);
  const found = await findLinks(read, call);
  const seen = new Set<string>();
  const results = new Map<Reading<Row>, ImportResult>();
  const fresh: Read<Row>[] = [];
  for (const one of readings) {
    const result = judge(one, { here, everMade, found, seen });
    if (result === undefined && one.kind === "read") fresh.push(one);
    else if (result !== undefined) results.set(one, result);
  }
  for (const [one, result] of await take(table, fresh, found, call)) results.set(one, result);
  return readings.flatMap((one) => results.get(one) ?? []);
}

interface Known<Row> {
  here: ReadonlyMap<string, Row>;
  everMade: ReadonlySet<string>;
  found: FoundLinks;
  /** Ids of the rows before. */
  seen: Set<string>;
}

/** The end of a row that is not taken in; `undefined` for one that is. */
function judge<Row extends object>(
  one: Reading<Row>,
  { here, everMade, found, seen }: Known<Row>,
): ImportResult | undefined {
  if (one.kind === "refused") return refused(one.id, one.reason);
  const known = here.get(one.id);
  if (known !== undefined) return unchanged(one.id, "is here already", differences(known, one.row));
  if (everMade.has(one.id))
    return unchanged(one.id, "was here before and was changed or deleted", []);
  if (seen.has(one.id)) return refused(one.id, "stands in the file twice");
  const missing = missingLink(one.links, found);
  if (missing !== undefined) return refused(one.id, missing);
  seen.add(one.id);
  return undefined;
}

async function take<Row extends object>(
  table: ImportTable<Row>,
  fresh: readonly Read<Row>[],
  found: FoundLinks,
  call: AdminCall,
): Promise<Map<Read<Row>, ImportResult>> {
  const { db } = call.deps;
  const results = new Map<Read<Row>, ImportResult>();
  for (const one of fresh) await table.complete?.(one.row);
  const fit = await insertNewRows(
    db,
    table.table,
    fresh.map((one) => one.row),
  );
  const taken = fresh.filter((_, index) => fit[index] !== true);
  const renamed = taken.flatMap((one) => renameOf(table, one));
  const fitAfterwards = await insertNewRows(
    db,
    table.table,
    renamed.map((one) => one.row),
  );
  const stored = new Set([
    ...fresh.filter((_, index) => fit[index] === true),
    ...renamed.filter((_, index) => fitAfterwards[index] === true),
  ]);
  for (const one of fresh)
    if (!stored.has(one)) results.set(one, refused(one.id, "its id or name is taken"));
  for (const batch of batchesOf([...stored])) {
    const told = await Promise.all(batch.map((one) => tell(table, one, found, call)));
    batch.forEach((one, index) => {
      const result = told[index];
      if (result !== undefined) results.set(one, result);
    });
  }
  return results;
}

/** Changes the reading itself: it is what is told and answered from here on. */
function renameOf<Row>(table: ImportTable<Row>, one: Read<Row>): Read<Row>[] {
  const renamed = table.rename?.(one.row);
  if (renamed === undefined) return [];
  one.row = renamed.row;
  one.notes.push(renamed.note);
  return [one];
}

async function tell<Row extends object>(
  table: ImportTable<Row>,
  { id, row, spent, notes }: Read<Row>,
  found: FoundLinks,
  { deps, audit }: AdminCall,
): Promise<ImportResult> {
  try {
    await table.tell(row, spent, found, deps);
  } catch {
    await table.remove(deps.db, id);
    return refused(id, "what decides about it could not be reached; bring it again in a moment");
  }
  audit({ action: "created", table: table.audited, id, before: null, after: shown(row) });
  return { id, outcome: "imported", reason: null, notes };
}

/** One question for each kind, however many rows there are. */
async function findLinks(
  read: readonly Read<{ userId?: string | null }>[],
  { deps: { db } }: AdminCall,
): Promise<FoundLinks> {
  const named = (of: (one: Read<{ userId?: string | null }>) => string | null | undefined) => [
    ...new Set(read.flatMap((one) => of(one) ?? [])),
  ];
  const [teams, organizations, budgets, users] = await Promise.all([
    findTeamRows(
      db,
      named((one) => one.links.team),
    ),
    findOrganizationRows(
      db,
      named((one) => one.links.organization),
    ),
    findBudgetRows(
      db,
      named((one) => one.links.budget),
    ),
    findUserRows(
      db,
      named((one) => one.row.userId),
    ),
  ]);
  return {
    teams: byId(teams),
    organizations: byId(organizations),
    budgets: byId(budgets),
    users: byId(users),
  };
}

/** Whose limits are not here would have none at all. */
function missingLink(links: Links, found: FoundLinks): string | undefined {
  const { team, organization, budget } = links;
  if (isMissing(team, found.teams)) return `its team is not here: ${team}`;
  if (isMissing(organization, found.organizations)) {
    return `its organization is not here: ${organization}`;
  }
  return isMissing(budget, found.budgets) ? `its budget is not here: ${budget}` : undefined;
}

function isMissing(id: string | null | undefined, found: ReadonlyMap<string, unknown>): boolean {
  return typeof id === "string" && !found.has(id);
}

/** LiteLLM's names of what an administrator may have changed here since. */
const COMPARED: Record<string, string> = {
  models: "models",
  maxBudgetNanoUsd: "max_budget",
  budgetDuration: "budget_duration",
  tpmLimit: "tpm_limit",
  rpmLimit: "rpm_limit",
  maxParallelRequests: "max_parallel_requests",
  blocked: "blocked",
  expiresAtMs: "expires",
  teamId: "team_id",
  userId: "user_id",
  organizationId: "organization_id",
  budgetId: "budget_id",
};

function differences<Row extends object>(here: Row, wanted: Row): string[] {
  const columns = Object.keys(changedColumns(here, wanted));
  return columns.flatMap((name) => {
    const called = COMPARED[name];
    return called === undefined ? [] : [`differs here, and was left so: ${called}`];
  });
}

function byId<Row extends { id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

/** Objects told at the same time. */
const TOLD_AT_ONCE = 20;

function batchesOf<Item>(items: readonly Item[]): Item[][] {
  const batches: Item[][] = [];
  for (let from = 0; from < items.length; from += TOLD_AT_ONCE) {
    batches.push(items.slice(from, from + TOLD_AT_ONCE));
  }
  return batches;
}

/** The row as plain data. */
function shown(row: object): JsonObject {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value as Json]));
}

export function refused(id: string, reason: string): ImportResult {
  return { id, outcome: "refused", reason, notes: [] };
}

export function unchanged(id: string, reason: string, notes: string[]): ImportResult {
  return { id, outcome: "unchanged", reason, notes };
}
