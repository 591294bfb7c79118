import type * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { findKeyRows, findKeyRowsByAlias } from "../../platform/db/keys.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import type { AdminDeps } from "./deps.ts";
import { keyAudit, ownerOf, requireOwnKey, requireRight } from "./key-access.ts";
import { DeleteKeys, GenerateKey, OneKey, UpdateKey } from "./key-body.ts";
import { keyBulkRoutes } from "./key-bulk.ts";
import { createKey, hashOf, keyNotFound, liveSpend, removeKeys, saveKey } from "./key-changes.ts";
import { detailsOf, requireBudgetOf } from "./key-details.ts";
import { keyListRoutes } from "./key-lists.ts";
import { accessKeyFields, newKey } from "./key-new.ts";
import { keyReadRoutes } from "./key-reads.ts";
import { keyRotationRoutes } from "./key-regenerate.ts";
import { updateKey } from "./key-update.ts";
import { renderKeyRow, renderNewKey } from "./key-view.ts";
import { bodyRoute, requireCovered, type AdminCall, type AdminRoute } from "./route.ts";

/** What may be done with keys. What people without an office may ask for is in `key-rights.ts`. */
export const keyRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/key/generate"],
    action: "key.create",
    summary: "Make a virtual key. The key is shown once, in this answer.",
    body: GenerateKey,
    answer: (call) => generate(call, withOwner(call, call.body)),
  }),
  bodyRoute({
    paths: ["/key/service-account/generate"],
    action: "key.create",
    summary: "Make a key that belongs to a team and to nobody in it.",
    body: GenerateKey,
    answer(call) {
      if ((call.body.team_id ?? null) === null) throw noTeamNamed();
      return generate(call, { ...call.body, user_id: null });
    },
  }),
  bodyRoute({
    paths: ["/key/update"],
    action: "key.change",
    summary: "Change a key. What is not in the body stays as it is.",
    body: UpdateKey,
    async answer(call) {
      const { row, spentNanoUsd } = await updateKey(call, call.body);
      const details = await detailsOf(row, call.deps);
      return { key: call.body.key, ...renderKeyRow(row, spentNanoUsd, call.deps, details) };
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
      for (const row of rows) requireCovered(call, ownerOf(row), "keys of others");
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
  ...keyRotationRoutes,
  ...keyBulkRoutes,
  ...keyReadRoutes,
  ...keyListRoutes,
];

type NewBody = z.output<typeof GenerateKey>;

/** Who is no administrator makes keys for themselves, unless they say otherwise. */
function withOwner({ coverage, asker }: AdminCall, body: NewBody): NewBody {
  const isLeft = body.user_id === undefined && coverage.kind === "some";
  return isLeft ? { ...body, user_id: asker.userId } : body;
}

async function generate(call: AdminCall, body: NewBody): Promise<JsonObject> {
  const { deps, by } = call;
  const { row, key, team } = await newKey(body, body.key ?? null, by, deps);
  await requireRight(call, { before: null, after: row, team, body, isShown: true });
  const budget = await requireBudgetOf(row, deps);
  await createKey(row, deps);
  call.audit(keyAudit("created", null, row, deps));
  return {
    ...renderNewKey(row, key, deps, { budget }),
    ...(await accessKeyFields(body, row, deps)),
  };
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
  const wanted = { ...before, ...changes };
  const asked = { body: { key, blocked: isBlocked }, team: undefined, isShown: false };
  await requireRight(call, { ...asked, before, after: wanted });
  const after = await saveKey(before, wanted, deps);
  call.audit(keyAudit(isBlocked ? "blocked" : "unblocked", before, after, deps));
  const details = await detailsOf(after, deps);
  return renderKeyRow(after, await liveSpend(after, deps), deps, details);
}

function noTeamNamed(): GatewayError {
  const message = "team_id is required for service account keys. Please specify team_id.";
  return new GatewayError("invalid_request", message, { param: "team_id" });
}
