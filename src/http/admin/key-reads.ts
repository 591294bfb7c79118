import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { MASTER_KEY_HASH } from "../../core/ledger/policy.ts";
import { covers } from "../../core/roles.ts";
import { findKeyRows } from "../../platform/db/keys.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { ownerOf, requireOwnKey } from "./key-access.ts";
import { hashOf, keyNotFound, liveSpend, requireKey } from "./key-changes.ts";
import { detailsOf } from "./key-details.ts";
import { renderKeyInfo } from "./key-view.ts";
import { bodyRoute, readRoute, type AdminRoute } from "./route.ts";

/** Each is a question to its account. */
const INFO_KEYS_MAX = 100;

export const keyReadRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/key/info"],
    action: "key.read",
    summary: "One key, with what it has spent. Without a parameter: the key that asks.",
    query: z.object({ key: field.text.optional() }),
    async answer(call) {
      const { deps, query, asker } = call;
      const row = await requireOwnKey(call, query.key ?? asker.keyHash);
      return { key: query.key ?? row.hash, info: await infoOf(row, deps) };
    },
  }),
  bodyRoute({
    paths: ["/v2/key/info"],
    action: "key.read",
    summary: "Several keys, those that exist.",
    body: z.object({ keys: z.array(field.text).min(1).max(INFO_KEYS_MAX) }),
    async answer({ deps, body, coverage }) {
      const hashes = await Promise.all(body.keys.map(hashOf));
      const rows = await findKeyRows(deps.db, [...new Set(hashes)]);
      if (rows.length === 0) throw keyNotFound();
      if (!rows.every((row) => covers(coverage, ownerOf(row)))) throw strangers();
      return { key: body.keys, info: await Promise.all(rows.map((row) => infoOf(row, deps))) };
    },
  }),
  bodyRoute({
    paths: ["/key/health"],
    action: "key.read",
    summary: "Whether the key that asks works: known, in good standing, its account reachable.",
    body: z.object({}),
    async answer({ deps, asker }) {
      if (asker.keyHash === MASTER_KEY_HASH) return { key: "healthy", logging_callbacks: null };
      const row = await requireKey(asker.keyHash, deps);
      // The guard has looked at everything else before.
      await liveSpend(row, deps);
      return { key: "healthy", logging_callbacks: callbacksOf(row) };
    },
  }),
];

async function infoOf(row: KeyRow, deps: AdminDeps): Promise<JsonObject> {
  const [spentNanoUsd, details] = await Promise.all([liveSpend(row, deps), detailsOf(row, deps)]);
  return renderKeyInfo(row, spentNanoUsd, deps, details);
}

/** Sinks are the operator's; one in a key's metadata is kept, and used by nobody. */
function callbacksOf({ metadata }: KeyRow): Json {
  const listed = metadata["logging"];
  if (!Array.isArray(listed) || listed.length === 0) return null;
  const names = listed.flatMap((one) =>
    typeof one === "object" && one !== null && "callback_name" in one
      ? String(one["callback_name"])
      : [],
  );
  const details = "This gateway sends records only where its configuration says.";
  return { callbacks: names, status: "unhealthy", details };
}

function strangers(): GatewayError {
  return new GatewayError("admin_only", "You are not allowed to access all of these keys.");
}
