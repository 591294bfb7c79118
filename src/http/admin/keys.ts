import * as z from "zod";
import { issueAwsAccessKey } from "../../core/aws-access-key.ts";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { accountIdOf, hashKey, looksNative, maskKey, mintKey } from "../../core/key-format.ts";
import type { Owner } from "../../core/roles.ts";
import { KEY_ORDERS, listKeyRows } from "../../platform/db/key-list.ts";
import { findKeyRows, findKeyRowsByAlias } from "../../platform/db/keys.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import { findTeamRow } from "../../platform/db/teams.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import {
  createKey,
  hashOf,
  keyNotFound,
  liveSpend,
  removeKeys,
  requireKey,
  saveKey,
  setSpend,
} from "./key-changes.ts";
import { changeKey, DeleteKeys, GenerateKey, OneKey, UpdateKey, type KeyBody } from "./key-body.ts";
import { renderKeyInfo, renderKeyRow, renderNewKey } from "./key-view.ts";
import { noLimits } from "./limit-fields.ts";
import {
  bodyRoute,
  readRoute,
  requireCovered,
  type AdminCall,
  type AdminRoute,
  type AuditEntry,
} from "./route.ts";

const ListQuery = z.object({
  page: field.pageNumber(1, 1_000_000),
  size: field.pageNumber(10, 100),
  user_id: field.text.optional(),
  team_id: field.text.optional(),
  organization_id: field.text.optional(),
  key_hash: field.text.optional(),
  key_alias: field.text.optional(),
  return_full_object: field.queryFlag,
  sort_by: z.enum(KEY_ORDERS).optional(),
  sort_order: z.enum(["asc", "desc"]).optional(),
});

export const keyRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/key/generate"],
    action: "key.create",
    summary: "Make a virtual key. The key is shown once, in this answer.",
    body: GenerateKey,
    async answer(call) {
      const { body, deps, by } = call;
      const { row, key } = await newKey(body, body.key ?? null, by, deps);
      requireCovered(call, owner(row), "keys of others");
      await createKey(row, deps);
      call.audit(keyAudit("created", null, row, deps));
      return { ...renderNewKey(row, key, deps), ...(await accessKeyFields(body, row, deps)) };
    },
  }),
  bodyRoute({
    paths: ["/key/update"],
    action: "key.change",
    summary: "Change a key. What is not in the body stays as it is.",
    body: UpdateKey,
    async answer(call) {
      const { body, deps, by } = call;
      const before = await requireOwnKey(call, body.key);
      const wanted = changeKey(before, body, by, deps.nowMs());
      requireCovered(call, owner(wanted), "keys of others");
      if (wanted.teamId !== before.teamId) await requireTeam(wanted.teamId, deps);
      const after = await saveKey(before, wanted, deps);
      call.audit(keyAudit("updated", before, after, deps));
      if (body.spend !== undefined) await setSpend(after, body.spend, deps);
      return { key: body.key, ...renderKeyRow(after, await liveSpend(after, deps), deps) };
    },
  }),
  bodyRoute({
    paths: ["/key/delete"],
    action: "key.change",
    summary: "Delete keys by themselves, by their hashes or by their aliases.",
    body: DeleteKeys,
    async answer(call) {
      const { deps, body } = call;
      const { keys, key_aliases: aliases } = body;
      const rows = await findKeysToDelete(keys ?? [], aliases ?? [], deps);
      for (const row of rows) requireCovered(call, owner(row), "keys of others");
      await removeKeys(rows, deps);
      for (const row of rows) call.audit(keyAudit("deleted", row, null, deps));
      return { deleted_keys: keys ?? rows.map((row) => row.hash) };
    },
  }),
  bodyRoute({
    paths: ["/key/block"],
    action: "key.change",
    summary: "Turn a key away from its next call on.",
    body: OneKey,
    answer: (call) => setBlocked(call, call.body.key, true),
  }),
  bodyRoute({
    paths: ["/key/unblock"],
    action: "key.change",
    summary: "Let a blocked key in again.",
    body: OneKey,
    answer: (call) => setBlocked(call, call.body.key, false),
  }),
  readRoute({
    paths: ["/key/info"],
    action: "key.read",
    summary: "One key, with what it has spent. Without a parameter: the key that asks.",
    query: z.object({ key: field.text.optional() }),
    async answer(call) {
      const { deps, query, asker } = call;
      const row = await requireOwnKey(call, query.key ?? asker.keyHash);
      return {
        key: query.key ?? row.hash,
        info: renderKeyInfo(row, await liveSpend(row, deps), deps),
      };
    },
  }),
  readRoute({
    paths: ["/key/list"],
    action: "key.read",
    summary: "Keys, a page at a time.",
    query: ListQuery,
    async answer({ deps, query, coverage }) {
      const { rows, total } = await listKeyRows(deps.db, { ...filterOf(query), coverage }, query, {
        by: query.sort_by ?? "created_at",
        ascending: query.sort_order === "asc",
      });
      return {
        keys: rows.map((row) =>
          query.return_full_object ? renderKeyRow(row, row.spendNanoUsd, deps) : row.hash,
        ),
        total_count: total,
        current_page: query.page,
        total_pages: Math.ceil(total / query.size),
      };
    },
  }),
];

/** What belongs to whom, as roles see it. */
function owner({ hash, userId, teamId, organizationId }: KeyRow): Owner {
  return { keyHash: hash, userId, teamId, organizationId };
}

/** The key, if the asker's role reaches it. */
async function requireOwnKey(call: AdminCall, keyOrHash: string): Promise<KeyRow> {
  const row = await requireKey(keyOrHash, call.deps);
  requireCovered(call, owner(row), "this key's info");
  return row;
}

function keyAudit(
  action: AuditAction,
  before: KeyRow | null,
  after: KeyRow | null,
  deps: AdminDeps,
): AuditEntry {
  const shown = (row: KeyRow | null) =>
    row === null ? null : renderKeyRow(row, row.spendNanoUsd, deps);
  const id = (after ?? before)?.hash ?? "";
  return {
    action,
    table: "LiteLLM_VerificationToken",
    id,
    before: shown(before),
    after: shown(after),
  };
}

/** The row of a new key, and the key, which is stored nowhere. Also for the key of a new user. */
export async function newKey(
  body: KeyBody,
  ownKey: string | null,
  by: string,
  deps: AdminDeps,
): Promise<{ row: KeyRow; key: string }> {
  if (ownKey !== null) refuseUnsuitable(ownKey, deps);
  const nowMs = deps.nowMs();
  const blank: KeyRow = {
    ...noLimits(nowMs),
    hash: "",
    name: "",
    alias: null,
    accountId: "",
    teamId: null,
    userId: null,
    organizationId: null,
    expiresAtMs: null,
    previousHash: null,
    previousUntilMs: null,
    rotateAtMs: null,
    spendNanoUsd: body.spend ?? 0,
    createdAtMs: nowMs,
    createdBy: by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
  const row = changeKey(blank, body, by, nowMs);
  await requireTeam(row.teamId, deps);
  row.accountId = await accountIdOf(row);
  const key = ownKey ?? (await mintKey(row.accountId, deps.signer));
  return { row: { ...row, hash: await hashKey(key), name: maskKey(key) }, key };
}

/** The secret is shown here and nowhere again; it is derived, so nobody keeps it. */
async function accessKeyFields(
  body: { aws_access_key?: boolean | null | undefined },
  row: KeyRow,
  { signer }: AdminDeps,
): Promise<{ aws_access_key_id?: string; aws_secret_access_key?: string }> {
  if (body.aws_access_key !== true) return {};
  const owner = { accountId: row.accountId, keyHash: row.hash };
  const { accessKeyId, secretAccessKey } = await issueAwsAccessKey(owner, signer);
  return { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey };
}

function refuseUnsuitable(key: string, deps: AdminDeps): void {
  if (key === deps.masterKey) throw unsuitable("The master key cannot also be a virtual key.");
  if (looksNative(key)) {
    throw unsuitable("Keys of this form are minted by the gateway; leave `key` out to get one.");
  }
}

function unsuitable(message: string): GatewayError {
  return new GatewayError("invalid_request", message, { param: "key" });
}

async function requireTeam(teamId: string | null, deps: AdminDeps): Promise<void> {
  if (teamId === null || (await findTeamRow(deps.db, teamId)) !== undefined) return;
  throw new GatewayError(
    "not_found",
    `Team doesn't exist in db. Team=${teamId}. Create team via \`/team/new\` call.`,
    { param: "team_id" },
  );
}

async function findKeysToDelete(
  given: readonly string[],
  aliases: readonly string[],
  deps: AdminDeps,
): Promise<KeyRow[]> {
  const hashes = new Set(await Promise.all(given.map(hashOf)));
  const byHash = await findKeyRows(deps.db, [...hashes]);
  const byAlias = await findKeyRowsByAlias(deps.db, [...new Set(aliases)]);
  const rows = [...byHash, ...byAlias];
  if (rows.length < hashes.size + new Set(aliases).size) throw keyNotFound();
  return rows;
}

async function setBlocked(call: AdminCall, key: string, isBlocked: boolean): Promise<JsonObject> {
  const { deps, by } = call;
  const before = await requireOwnKey(call, key);
  const changes = { blocked: isBlocked, updatedAtMs: deps.nowMs(), updatedBy: by };
  const after = await saveKey(before, { ...before, ...changes }, deps);
  call.audit(keyAudit(isBlocked ? "blocked" : "unblocked", before, after, deps));
  return renderKeyRow(after, await liveSpend(after, deps), deps);
}

function filterOf(query: z.infer<typeof ListQuery>) {
  return {
    hash: query.key_hash,
    alias: query.key_alias,
    teamId: query.team_id,
    userId: query.user_id,
    organizationId: query.organization_id,
  };
}
