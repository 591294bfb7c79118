import { covers } from "../../core/roles.ts";
import { GatewayError } from "../../core/errors.ts";
import type { AdminCall } from "./route.ts";

/**
 * Throws when somebody without an office asks about another person, as LiteLLM does. Whoever manages
 * teams or organizations may ask about anybody, and is shown what was done there.
 */
export function requireVisibleUser({ coverage, asker }: AdminCall, userId: string): void {
  if (covers(coverage, { userId })) return;
  const holdsOffice =
    coverage.kind === "some" && coverage.teamIds.length + coverage.organizationIds.length > 0;
  if (holdsOffice) return;
  throw new GatewayError(
    "admin_only",
    `You are not allowed to see the spend of user ${userId}. Your role=${asker.roles.join(", ")}; leave user_id out to see your own.`,
    { param: "user_id" },
  );
}
