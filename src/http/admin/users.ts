import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { requireBudget } from "./budget-fields.ts";
import { newUserWithKey } from "./new-user.ts";
import { bodyRoute, type AdminCall, type AdminRoute } from "./route.ts";
import {
  BulkUpdateUsers,
  changeUser,
  DeleteUsers,
  NewUser,
  UpdateUser,
  type UpdateUserBody,
} from "./user-body.ts";
import { liveUserSpend, requireUser, saveUser, setUserSpend } from "./user-changes.ts";
import { userReadRoutes } from "./user-reads.ts";
import { refuseEscalation, requireReach, requireWholeReach } from "./user-reach.ts";
import { removePerson } from "./user-removal.ts";
import { renderUser, userAudit } from "./user-view.ts";

export const userRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/user/new"],
    action: "user.create",
    summary:
      "Make a user, and a key for them unless told otherwise. An id or address that is taken answers 409, so sending the same twice makes one user.",
    body: NewUser,
    answer: (call) => newUserWithKey(call, call.body),
  }),
  bodyRoute({
    paths: ["/user/update"],
    action: "user.change",
    summary: "Change a user. What is not in the body stays as it is; people may rename themselves.",
    body: UpdateUser,
    answer: (call) => update(call, call.body),
  }),
  bodyRoute({
    paths: ["/user/bulk_update"],
    action: "user.change",
    summary: "Change many users; each succeeds or fails alone.",
    body: BulkUpdateUsers,
    async answer(call) {
      const results: JsonObject[] = [];
      for (const wanted of call.body.users) results.push(await tryUpdating(call, wanted));
      const successes = results.filter((one) => one["success"] === true).length;
      return {
        results,
        total_requested: results.length,
        successful_updates: successes,
        failed_updates: results.length - successes,
      };
    },
  }),
  bodyRoute({
    paths: ["/user/delete"],
    action: "user.delete",
    summary: "Delete users with their keys and memberships. What they spent stays in every sum.",
    body: DeleteUsers,
    async answer(call) {
      const ids = [...new Set(call.body.user_ids)];
      const rows = await Promise.all(ids.map((id) => requireUser(id, null, call.deps)));
      for (const row of rows) {
        await requireWholeReach(call, row);
        refuseEscalation(call, row.role);
      }
      for (const row of rows) await removePerson(row, call);
      return rows.length;
    },
  }),
  ...userReadRoutes,
];

async function update(call: AdminCall, body: UpdateUserBody): Promise<JsonObject> {
  const { deps, by } = call;
  const before = await requireUser(body.user_id, body.user_email, deps);
  const reach = await requireReach(call, before);
  if (reach === "self") refuseBeyondName(body);
  else for (const role of [before.role, body.user_role]) refuseEscalation(call, role);
  if (typeof body.budget_id === "string") await requireBudget(body.budget_id, deps);
  const after = changeUser(before, body, by, deps.nowMs());
  await saveUser(before, after, deps);
  call.audit(userAudit("updated", before, after, deps));
  if (body.spend !== undefined) await setUserSpend(after, body.spend, deps);
  return {
    user_id: after.id,
    data: renderUser(after, await liveUserSpend(after, deps), deps),
  };
}

/** Names and what says who is meant: the address, when it comes without an id. */
function refuseBeyondName(body: UpdateUserBody): void {
  const isMeant = (name: string): boolean =>
    name === "user_id" || name === "user_alias" || (name === "user_email" && !body.user_id);
  const beyond = Object.entries(body).find(
    ([name, value]) => value !== undefined && !isMeant(name),
  );
  if (beyond === undefined) return;
  throw new GatewayError(
    "admin_only",
    `You may change only your own user_alias, not ${beyond[0]}. Ask an administrator.`,
    { param: beyond[0] },
  );
}

async function tryUpdating(call: AdminCall, wanted: UpdateUserBody): Promise<JsonObject> {
  const { user_id = null, user_email = null } = wanted;
  try {
    const { data = null } = await update(call, wanted);
    return { user_id, user_email, success: true, error: null, updated_user: data };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { user_id, user_email, success: false, error: error.message, updated_user: null };
  }
}
