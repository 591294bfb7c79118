import * as z from "zod";
import { isSecretField } from "../../core/config/known-settings.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { MEMBER_PERMISSIONS } from "../../core/roles.ts";
import type { TeamRow } from "../../platform/db/schema/identity.ts";
import { setTeamField } from "../../platform/db/teams.ts";
import * as field from "./fields.ts";
import { memberPermissions } from "./guard.ts";
import { bodyRoute, readRoute, type AdminCall, type AdminRoute } from "./route.ts";
import { requireOwnTeam, requireTeam } from "./team-changes.ts";
import { renderTeam, teamAudit } from "./team-view.ts";

const Callback = z.object({
  callback_name: field.text,
  callback_type: z
    .enum(["success", "failure", "success_and_failure"])
    .default("success_and_failure"),
  callback_vars: field.optionalObject,
});
type Callback = z.infer<typeof Callback>;

/** What plain members may do with a team's keys, and LiteLLM's callbacks of a team. */
export const teamSettingRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/team/permissions_list"],
    action: "team.members",
    summary: "What plain members of a team may do with its keys, and all they could be allowed.",
    query: z.object({ team_id: field.text }),
    async answer(call) {
      const team = await requireOwnTeam(call, call.query.team_id);
      return {
        team_id: team.id,
        team_member_permissions: [...memberPermissions(team)],
        all_available_permissions: [...MEMBER_PERMISSIONS],
      };
    },
  }),
  bodyRoute({
    paths: ["/team/permissions_update"],
    action: "team.members",
    summary: "Say what plain members of a team may do with its keys, from their next call on.",
    body: z.object({
      team_id: field.text,
      team_member_permissions: z.array(z.enum(MEMBER_PERMISSIONS)).max(MEMBER_PERMISSIONS.length),
    }),
    async answer(call) {
      const { team_id: teamId, team_member_permissions: permissions } = call.body;
      const change = { place: "settings", name: "team_member_permissions" } as const;
      return setField(call, teamId, change, permissions);
    },
  }),
  bodyRoute({
    paths: ["/team/:teamId/callback"],
    action: "team.change",
    summary:
      "Note a callback of a team. It is given back and not acted on: records go where the operator sends all of them. Secrets are not stored.",
    body: Callback,
    async answer(call) {
      const teamId = call.params["teamId"] ?? "";
      const team = await requireOwnTeam(call, teamId);
      const others = callbacksOf(team).filter(
        (one) => one["callback_name"] !== call.body.callback_name,
      );
      const logging = [...others, withoutSecrets(call.body)];
      const data = await setField(call, teamId, { place: "metadata", name: "logging" }, logging);
      return { status: "success", message: NOT_ACTED_ON, data };
    },
  }),
  readRoute({
    paths: ["/team/:teamId/callback"],
    action: "team.read",
    summary: "The callbacks noted for a team.",
    query: z.object({}),
    async answer(call) {
      const team = await requireOwnTeam(call, call.params["teamId"] ?? "");
      const noted = callbacksOf(team);
      const named = (type: string): Json[] =>
        noted.flatMap(({ callback_name: name = null, callback_type: written }) =>
          written === type || written === "success_and_failure" ? [name] : [],
        );
      return {
        status: "success",
        data: {
          team_id: team.id,
          success_callbacks: named("success"),
          failure_callbacks: named("failure"),
          callback_vars: Object.fromEntries(noted.flatMap(variablesOf)),
        },
      };
    },
  }),
  bodyRoute({
    paths: ["/team/:teamId/disable_logging"],
    action: "team.change",
    summary:
      "Forget the callbacks noted for a team. Records still go where the operator sends them.",
    body: z.object({}),
    async answer(call) {
      const teamId = call.params["teamId"] ?? "";
      await setField(call, teamId, { place: "metadata", name: "logging" }, []);
      const data = { team_id: teamId, success_callbacks: [], failure_callbacks: [] };
      return { status: "success", message: NOT_ACTED_ON, data };
    },
  }),
];

const NOT_ACTED_ON =
  "Noted with the team. This gateway copies records where its configuration says, for all teams alike.";

async function setField(
  call: AdminCall,
  teamId: string,
  { place, name }: { place: "settings" | "metadata"; name: string },
  value: Json,
): Promise<JsonObject> {
  const { deps } = call;
  const before = await requireOwnTeam(call, teamId);
  await setTeamField(deps.db, teamId, place, name, value);
  const after = await requireTeam(teamId, deps);
  call.audit(teamAudit("updated", before, after, deps));
  return renderTeam(after, after.spendNanoUsd, deps);
}

function callbacksOf({ metadata }: TeamRow): JsonObject[] {
  const { logging } = metadata;
  return Array.isArray(logging) ? logging.filter(isJsonObject) : [];
}

function variablesOf({ callback_vars: variables }: JsonObject): [string, Json][] {
  return isJsonObject(variables)
    ? Object.entries(variables).map(([name, value]) => [name, value ?? null])
    : [];
}

/** Nobody needs them here, and a row is shown to everybody who may see the team. */
function withoutSecrets({ callback_vars: variables, ...callback }: Callback): JsonObject {
  const shown = Object.entries(variables ?? {}).map(([name, value]): [string, Json] => [
    name,
    isSecretField(name) ? "********" : (value ?? null),
  ]);
  return { ...callback, callback_vars: Object.fromEntries(shown) };
}
