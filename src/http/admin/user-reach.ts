import { GatewayError } from "../../core/errors.ts";
import { findMembershipsOf } from "../../platform/db/organization-members.ts";
import type { UserRow } from "../../platform/db/schema/identity.ts";
import { requireCovered, type AdminCall } from "./route.ts";

/**
 * How an asker stands to a person. People belong to several organizations at once, so what `covers`
 * says of one owner does not do.
 */
export type Reach = "office" | "self";

/** Throws unless the asker may do this to this person: as an administrator of theirs, or as themselves. */
export async function requireReach(call: AdminCall, row: UserRow): Promise<Reach> {
  const { coverage, asker } = call;
  if (coverage.kind === "all") return "office";
  if (row.id === asker.userId && coverage.userId === row.id) return "self";
  const organizationIds = await organizationsOf(row, call);
  const shared = organizationIds.find((id) => coverage.organizationIds.includes(id));
  requireCovered(call, { organizationId: shared ?? null }, `User=${row.id}`);
  return "office";
}

/** For what others would miss too: every organization of the person must be the asker's. */
export async function requireWholeReach(call: AdminCall, row: UserRow): Promise<void> {
  await requireReach(call, row);
  for (const organizationId of await organizationsOf(row, call)) {
    requireCovered(call, { organizationId }, `User=${row.id}, who is in other organizations too`);
  }
}

async function organizationsOf(row: UserRow, { deps }: AdminCall): Promise<string[]> {
  const memberships = await findMembershipsOf(deps.db, row.id);
  return memberships.map((one) => one.organizationId);
}

const ADMINISTRATORS = new Set<string | null | undefined>(["proxy_admin", "proxy_admin_viewer"]);

/** Only administrators make administrators, and only they touch them. */
export function refuseEscalation({ asker }: AdminCall, role: string | null | undefined): void {
  if (!ADMINISTRATORS.has(role) || asker.roles.includes("proxy_admin")) return;
  throw new GatewayError(
    "admin_only",
    `Only a proxy_admin may create, change or invite somebody whose user_role is ${role}. Your role=${asker.roles.join(", ")}.`,
    { param: "user_role" },
  );
}
