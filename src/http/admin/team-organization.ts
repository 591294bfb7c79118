import { mayUseModel } from "../../core/access.ts";
import { GatewayError } from "../../core/errors.ts";
import type { AdminDeps } from "./deps.ts";
import { requireOrganization } from "./organization-rows.ts";

/**
 * A team has no model its organization lacks. A team that names none may use what its organization
 * may: that list is asked at every call besides.
 */
export async function requireModelsWithin(
  organizationId: string | null,
  models: readonly string[],
  deps: AdminDeps,
): Promise<void> {
  if (organizationId === null) return;
  const { row } = await requireOrganization(organizationId, deps);
  const missing = models.filter((name) => !mayUseModel(row.models, name, []));
  if (missing.length === 0) return;
  throw new GatewayError(
    "invalid_request",
    `Team models must be part of the organization's: ${missing.join(", ")} not in organization=${organizationId}, models=${JSON.stringify(row.models)}.`,
    { param: "models", type: "bad_request_error" },
  );
}
