import { Hono } from "hono";
import * as z from "zod";
import { issueAwsAccessKey } from "../../core/aws-access-key.ts";
import { GatewayError } from "../../core/errors.ts";
import { accountIdOf, hashKey, looksNative, maskKey, mintKey } from "../../core/key-format.ts";
import {
  findKeyRows,
  findKeyRowsByAlias,
  KEY_ORDERS,
  listKeyRows,
} from "../../platform/db/keys.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import { findTeamRow } from "../../platform/db/teams.ts";
import type { App } from "../context.ts";
import type { AdminDeps } from "./deps.ts";
import type { FindDeps } from "./find-deps.ts";
import * as field from "./fields.ts";
import { adminOnly, changedBy, identifyAsker, type Asker } from "./guard.ts";
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
import { jsonBody, queryOf } from "./validate.ts";

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

export function keyRoutes(depsOf: FindDeps) {
  const admin = adminOnly(depsOf);
  return new Hono<App>()
    .post("/key/generate", jsonBody(GenerateKey), async (c) => {
      const deps = depsOf(c);
      const body = c.req.valid("json");
      const { row, key } = await newKey(body, body.key ?? null, changedBy(c.req.raw.headers), deps);
      await createKey(row, deps);
      return c.json({
        ...renderNewKey(row, key, deps),
        ...(await accessKeyFields(body, row, deps)),
      });
    })
    .post("/key/update", jsonBody(UpdateKey), async (c) => {
      const deps = depsOf(c);
      const body = c.req.valid("json");
      const before = await requireKey(body.key, deps);
      const wanted = changeKey(before, body, changedBy(c.req.raw.headers), deps.nowMs());
      if (wanted.teamId !== before.teamId) await requireTeam(wanted.teamId, deps);
      const after = await saveKey(before, wanted, deps);
      if (body.spend !== undefined) await setSpend(after, body.spend, deps);
      const row = renderKeyRow(after, await liveSpend(after, deps), deps);
      return c.json({ key: body.key, ...row });
    })
    .post("/key/delete", jsonBody(DeleteKeys), async (c) => {
      const deps = depsOf(c);
      const { keys, key_aliases: aliases } = c.req.valid("json");
      const rows = await findKeysToDelete(keys ?? [], aliases ?? [], deps);
      await removeKeys(rows, deps);
      return c.json({ deleted_keys: keys ?? rows.map((row) => row.hash) });
    })
    .post("/key/block", jsonBody(OneKey), async (c) => {
      const row = await setBlocked(c.req.valid("json").key, true, c.req.raw.headers, depsOf(c));
      return c.json(row);
    })
    .post("/key/unblock", jsonBody(OneKey), async (c) => {
      const row = await setBlocked(c.req.valid("json").key, false, c.req.raw.headers, depsOf(c));
      return c.json(row);
    })
    .get("/key/info", queryOf(z.object({ key: field.text.optional() })), async (c) => {
      const deps = depsOf(c);
      const asker = await identifyAsker(c.req.raw.headers, deps);
      const { key } = c.req.valid("query");
      const row = await visibleKey(asker, key, deps);
      const info = renderKeyInfo(row, await liveSpend(row, deps), deps);
      return c.json({ key: key ?? row.hash, info });
    })
    .get("/key/list", admin, queryOf(ListQuery), async (c) => {
      const deps = depsOf(c);
      const query = c.req.valid("query");
      const { rows, total } = await listKeyRows(deps.db, filterOf(query), query, {
        by: query.sort_by ?? "created_at",
        ascending: query.sort_order === "asc",
      });
      return c.json({
        keys: rows.map((row) =>
          query.return_full_object ? renderKeyRow(row, row.spendNanoUsd, deps) : row.hash,
        ),
        total_count: total,
        current_page: query.page,
        total_pages: Math.ceil(total / query.size),
      });
    });
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

async function setBlocked(key: string, blocked: boolean, headers: Headers, deps: AdminDeps) {
  const before = await requireKey(key, deps);
  const changes = { blocked, updatedAtMs: deps.nowMs(), updatedBy: changedBy(headers) };
  const after = await saveKey(before, { ...before, ...changes }, deps);
  return renderKeyRow(after, await liveSpend(after, deps), deps);
}

/** The administrator sees every key, a key itself. */
async function visibleKey(
  asker: Asker,
  wanted: string | undefined,
  deps: AdminDeps,
): Promise<KeyRow> {
  switch (asker.kind) {
    case "admin":
      // The master key has no row; without a name there is nothing to show.
      if (wanted === undefined) throw keyNotFound();
      return requireKey(wanted, deps);
    case "key":
      if (wanted === undefined || (await hashOf(wanted)) === asker.row.hash) return asker.row;
      throw new GatewayError(
        "admin_only",
        "You are not allowed to access this key's info. A virtual key sees only itself.",
        { param: "key" },
      );
  }
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
