import type { JsonObject } from "../../../src/core/json.ts";
import type { Place } from "./places.ts";

/** How a route is asked about what belongs to a place. One per route, under its method and first path. */
export interface Sample {
  ask(place: Place): {
    params?: Record<string, string>;
    query?: Record<string, string>;
    body?: JsonObject;
  };
  /** It names nothing of anybody: whoever asks is shown only what they may see. */
  isList?: true;
  /** What it does needs more than a place has; enough that it is nobody's rights it fails for. */
  mayFail?: true;
  /** Whoever reaches only what is their own has none of these. */
  needsOffice?: true;
  /** Not even an administrator: the master key alone. */
  needsMaster?: true;
}

const list: Sample = { ask: () => ({}), isList: true };
const attempt: Sample = { ask: () => ({}), isList: true, mayFail: true };

const aboutKey: Sample = { ask: ({ keyHash }) => ({ body: { key: keyHash } }) };
const aboutTeam: Sample = { ask: ({ teamId }) => ({ body: { team_id: teamId } }) };

/** Whom the place's own sample is about: only oneself may be renamed by people without an office. */
const person = ({ userId }: Place) => ({ user_id: userId });

export const SAMPLES: Readonly<Record<string, Sample | undefined>> = {
  // Keys.
  "POST /key/generate": {
    ask: ({ userId, keyTeamId }) => ({
      body: { user_id: userId, team_id: keyTeamId, key_type: "llm_api" },
    }),
  },
  "POST /key/service-account/generate": {
    ask: ({ teamId, newId }) => ({ body: { team_id: teamId, key_alias: newId } }),
    needsOffice: true,
  },
  "POST /key/update": {
    ask: ({ keyHash, newId }) => ({ body: { key: keyHash, key_alias: newId } }),
  },
  "POST /key/bulk_update": {
    // One by one: what is others' is a failure among the results.
    ask: ({ keyHash, newId }) => ({ body: { keys: [{ key: keyHash, key_alias: newId }] } }),
    isList: true,
  },
  "POST /key/delete": { ask: ({ keyHash }) => ({ body: { keys: [keyHash] } }) },
  "POST /key/block": aboutKey,
  "POST /key/unblock": aboutKey,
  "POST /key/regenerate": aboutKey,
  "POST /key/:key/regenerate": { ask: ({ keyHash }) => ({ params: { key: keyHash } }) },
  "POST /key/:key/reset_spend": {
    ask: ({ keyHash }) => ({ params: { key: keyHash }, body: { reset_to: 0 } }),
  },
  "GET /key/info": { ask: ({ keyHash }) => ({ query: { key: keyHash } }) },
  "POST /v2/key/info": { ask: ({ keyHash }) => ({ body: { keys: [keyHash] } }) },
  "POST /key/health": list,
  "GET /key/list": list,
  "GET /key/aliases": list,
  // Teams.
  "POST /team/new": {
    ask: ({ organizationId, newId }) => ({
      body: { team_id: newId, organization_id: organizationId },
    }),
  },
  "POST /team/update": {
    ask: ({ teamId }) => ({ body: { team_id: teamId, team_alias: "renamed" } }),
  },
  "POST /team/delete": { ask: ({ teamId }) => ({ body: { team_ids: [teamId] } }) },
  "POST /team/block": aboutTeam,
  "POST /team/unblock": aboutTeam,
  "POST /team/model/add": { ask: ({ teamId }) => ({ body: { team_id: teamId, models: ["m"] } }) },
  "POST /team/model/delete": {
    ask: ({ teamId }) => ({ body: { team_id: teamId, models: ["m"] } }),
  },
  "POST /team/member_add": {
    // People without an office add only themselves, and only to teams that are open.
    ask: ({ role, teamId, openTeamId, askerId, strangerId }) => ({
      body:
        role === "internal_user"
          ? { team_id: openTeamId, member: { user_id: askerId, role: "user" } }
          : { team_id: teamId, member: { user_id: strangerId, role: "user" } },
    }),
  },
  "POST /team/bulk_member_add": {
    ask: ({ teamId, strangerId }) => ({
      body: { team_id: teamId, members: [{ user_id: strangerId, role: "user" }] },
    }),
  },
  "POST /team/member_delete": {
    ask: ({ teamId, userId }) => ({ body: { team_id: teamId, user_id: userId } }),
  },
  "POST /team/member_update": {
    ask: ({ teamId, userId }) => ({
      body: { team_id: teamId, user_id: userId, max_budget_in_team: 1 },
    }),
  },
  "POST /team/:teamId/member/:userId/reset_spend": {
    ask: ({ teamId, userId }) => ({ params: { teamId, userId }, body: { reset_to: 0 } }),
  },
  "GET /team/permissions_list": { ask: ({ teamId }) => ({ query: { team_id: teamId } }) },
  "POST /team/permissions_update": {
    ask: ({ teamId }) => ({
      body: { team_id: teamId, team_member_permissions: ["/key/info"] },
    }),
  },
  "POST /team/:teamId/callback": {
    ask: ({ teamId }) => ({ params: { teamId }, body: { callback_name: "langfuse" } }),
  },
  "GET /team/:teamId/callback": { ask: ({ teamId }) => ({ params: { teamId } }) },
  "POST /team/:teamId/disable_logging": { ask: ({ teamId }) => ({ params: { teamId } }) },
  "GET /team/info": { ask: ({ teamId }) => ({ query: { team_id: teamId } }) },
  "GET /team/list": list,
  "GET /v2/team/list": list,
  "GET /team/available": list,
  // People.
  "POST /user/new": {
    ask: ({ role, organizationId, newId }) => ({
      body: {
        user_id: newId,
        ...(role === "provisioning" ? {} : { organizations: [organizationId] }),
      },
    }),
  },
  "POST /user/update": { ask: (place) => ({ body: { ...person(place), user_alias: "renamed" } }) },
  "POST /user/bulk_update": {
    ask: (place) => ({ body: { users: [{ ...person(place), user_alias: "renamed" }] } }),
    isList: true,
  },
  "POST /user/delete": { ask: ({ userId }) => ({ body: { user_ids: [userId] } }) },
  "GET /user/info": { ask: (place) => ({ query: person(place) }) },
  "GET /v2/user/info": { ask: (place) => ({ query: person(place) }) },
  "GET /user/list": list,
  "GET /user/filter/ui": list,
  "GET /user/available_roles": list,
  "POST /invitation/new": { ask: (place) => ({ body: person(place) }) },
  "GET /invitation/info": {
    ask: ({ invitationId }) => ({ query: { invitation_id: invitationId } }),
  },
  "POST /invitation/update": {
    ask: ({ invitationId }) => ({ body: { invitation_id: invitationId, is_accepted: true } }),
  },
  "POST /invitation/delete": {
    ask: ({ invitationId }) => ({ body: { invitation_id: invitationId } }),
  },
  // Organizations.
  "POST /organization/new": { ask: ({ newId }) => ({ body: { organization_id: newId } }) },
  "PATCH /organization/update": {
    ask: ({ organizationId }) => ({ body: { organization_id: organizationId, max_budget: 1 } }),
  },
  // The place's own has a team, and who has a team is not deleted.
  "DELETE /organization/delete": {
    ask: ({ organizationId }) => ({ body: { organization_ids: [organizationId] } }),
    mayFail: true,
  },
  "GET /organization/list": list,
  "GET /organization/info": {
    ask: ({ organizationId }) => ({ query: { organization_id: organizationId } }),
  },
  "POST /organization/member_add": {
    ask: ({ organizationId, strangerId }) => ({
      body: { organization_id: organizationId, member: { user_id: strangerId } },
    }),
  },
  "PATCH /organization/member_update": {
    ask: ({ organizationId, userId }) => ({
      body: { organization_id: organizationId, user_id: userId, role: "internal_user" },
    }),
  },
  "DELETE /organization/member_delete": {
    ask: ({ organizationId, userId }) => ({
      body: { organization_id: organizationId, user_id: userId },
    }),
  },
  // Budgets, customers and tags.
  "POST /budget/new": { ask: ({ newId }) => ({ body: { budget_id: newId } }) },
  "POST /budget/update": { ask: ({ budgetId }) => ({ body: { budget_id: budgetId } }) },
  "POST /budget/info": { ask: ({ budgetId }) => ({ body: { budgets: [budgetId] } }) },
  "POST /budget/delete": { ask: ({ budgetId }) => ({ body: { id: budgetId } }) },
  "GET /budget/list": list,
  "GET /budget/settings": { ask: ({ budgetId }) => ({ query: { budget_id: budgetId } }) },
  "POST /customer/new": { ask: ({ newId }) => ({ body: { user_id: newId } }) },
  "POST /customer/update": { ask: ({ customerId }) => ({ body: { user_id: customerId } }) },
  "POST /customer/delete": { ask: ({ customerId }) => ({ body: { user_ids: [customerId] } }) },
  "POST /customer/block": { ask: ({ customerId }) => ({ body: { user_ids: [customerId] } }) },
  "POST /customer/unblock": { ask: ({ customerId }) => ({ body: { user_ids: [customerId] } }) },
  "GET /customer/info": { ask: ({ customerId }) => ({ query: { end_user_id: customerId } }) },
  "GET /customer/list": list,
  "POST /tag/new": { ask: ({ newId }) => ({ body: { name: newId } }) },
  "POST /tag/update": { ask: ({ tag }) => ({ body: { name: tag } }) },
  "POST /tag/delete": { ask: ({ tag }) => ({ body: { name: tag } }) },
  "POST /tag/info": { ask: ({ tag }) => ({ body: { names: [tag] } }) },
  "GET /tag/list": list,
  // What was done and spent.
  "GET /audit": list,
  "GET /audit/:id": attempt,
  "GET /usage": list,
  "GET /usage/hourly": list,
  "GET /usage/trend": list,
  "GET /usage/heavy-users": list,
  "GET /usage/caches": list,
  "GET /usage/reconcile": list,
  "GET /spend/logs": list,
  "GET /spend/logs/v2": list,
  "GET /spend/keys": list,
  "GET /spend/users": list,
  "GET /spend/tags": list,
  "GET /global/spend": list,
  "GET /global/spend/logs": list,
  "GET /global/spend/keys": list,
  "GET /global/spend/models": list,
  "GET /global/spend/provider": list,
  "GET /global/spend/teams": list,
  "GET /global/spend/report": list,
  "GET /global/spend/tags": list,
  "GET /global/spend/all_tag_names": list,
  "POST /global/spend/end_users": list,
  "POST /global/spend/reset": { ...list, needsMaster: true },
  "POST /spend/calculate": attempt,
  "POST /cost/estimate": attempt,
  "GET /provider/budgets": list,
  "GET /global/activity": list,
  "GET /global/activity/model": list,
  "GET /global/activity/exceptions": list,
  "GET /user/daily/activity": list,
  "GET /user/daily/activity/aggregated": list,
  "GET /team/daily/activity": list,
  "GET /organization/daily/activity": list,
  "GET /tag/daily/activity": list,
  "GET /customer/daily/activity": list,
  // What only administrators have.
  "POST /model/new": attempt,
  "POST /model/update": attempt,
  "PATCH /model/:id/update": attempt,
  "POST /model/delete": attempt,
  "POST /credentials": {
    ask: ({ newId }) => ({ body: { credential_name: newId, credential_values: { api_key: "x" } } }),
  },
  "GET /credentials": list,
  "GET /credentials/by_name/:name": attempt,
  "PATCH /credentials/:name": attempt,
  "DELETE /credentials/:name": attempt,
  "GET /sekisho/model_facts": list,
  "PUT /sekisho/model_facts": attempt,
  "POST /sekisho/model_facts": attempt,
  // About one's own key, which everybody may ask.
  "POST /explain": { ask: () => ({ body: { request: { model: "m" } } }), isList: true },
  "GET /health": attempt,
  "GET /health/latest": list,
  "GET /health/services": attempt,
  "GET /health/backlog": list,
  "GET /health/shared-status": list,
  "GET /health/license": list,
  "GET /config/yaml": list,
  "GET /get/config/callbacks": list,
  "GET /active/callbacks": list,
  "POST /sekisho/import": attempt,
};
