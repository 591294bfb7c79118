import type { UserRow } from "../../platform/db/schema/identity.ts";
import type { AdminDeps } from "./deps.ts";
import { noLimits } from "./limit-fields.ts";
import { changeUser, type NewUserBody } from "./user-body.ts";

/** A row nobody has seen yet. In no team: whoever joins one is added by the team. */
export function newUser(body: NewUserBody, by: string, deps: AdminDeps): UserRow {
  const nowMs = deps.nowMs();
  const blank: UserRow = {
    ...noLimits(nowMs),
    id: body.user_id ?? deps.newId(),
    email: null,
    alias: null,
    role: null,
    teams: [],
    spendNanoUsd: body.spend ?? 0,
    createdAtMs: nowMs,
    createdBy: by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
  return changeUser(blank, body, by, nowMs);
}
