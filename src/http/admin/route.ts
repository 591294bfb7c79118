import type { Context, Hono, MiddlewareHandler } from "hono";
import type * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import {
  coverageOf,
  covers,
  type Action,
  type Asker,
  type Coverage,
  type Owner,
} from "../../core/roles.ts";
import { insertAuditRows } from "../../platform/db/audit.ts";
import type { AuditAction, AuditRow } from "../../platform/db/schema/audit.ts";
import type { App } from "../context.ts";
import { maskPeople } from "./audit-people.ts";
import type { AdminDeps } from "./deps.ts";
import type { FindDeps } from "./find-deps.ts";
import { changedBy, identifyAsker, notAllowed } from "./guard.ts";
import { allowJson, inputOf, requireJson } from "./validate.ts";

/**
 * One route of the management API. Its action decides who may call it (`core/roles.ts`), its schema
 * is what it takes and what the API's own description says of it.
 */
export interface AdminRoute {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** As Hono writes them: `/key/:key/regenerate`. */
  paths: readonly [string, ...string[]];
  action: Action;
  summary: string;
  /** Of the body, or of a GET's query. */
  schema: z.ZodType;
  register(app: Hono<GuardedApp>, depsOf: FindDeps): void;
}

/** What every handler gets. */
export interface AdminCall {
  deps: AdminDeps;
  asker: Asker;
  coverage: Coverage;
  params: Record<string, string>;
  headers: Headers;
  /** Whom a change is recorded under. */
  by: string;
  /** Where the gateway was reached, for links: `https://gateway.example.com`. */
  origin: string;
  /** Files what was changed, in the audit log. */
  audit(entry: AuditEntry): void;
}

/** What was changed, from what to what. Never with a secret in it. */
export interface AuditEntry {
  action: AuditAction;
  table: AuditedTable;
  id: string;
  before: JsonObject | null;
  after: JsonObject | null;
}

export type AuditedTable =
  | "LiteLLM_VerificationToken"
  | "LiteLLM_TeamTable"
  | "LiteLLM_UserTable"
  | "LiteLLM_OrganizationTable"
  | "LiteLLM_BudgetTable"
  | "LiteLLM_EndUserTable"
  | "LiteLLM_TagTable"
  | "LiteLLM_ProxyModelTable"
  | "LiteLLM_CredentialsTable"
  | "LiteLLM_InvitationLink"
  | "LiteLLM_Config";

interface Definition {
  /** Several when LiteLLM has several names for it: the first is the one that is described. */
  paths: readonly [string, ...string[]];
  action: Action;
  /** One sentence for the API's description. */
  summary: string;
}

/** A route that tells something. */
export function readRoute<Query extends z.ZodType>(
  definition: Definition & {
    query: Query;
    answer(call: AdminCall & { query: z.output<Query> }): Promise<Json | Response>;
  },
): AdminRoute {
  const { paths, action, summary, query: schema } = definition;
  return {
    method: "GET",
    paths,
    action,
    summary,
    schema,
    register: (app, depsOf) => {
      const input = inputOf("query", schema);
      app.on("GET", [...paths], guard(action, depsOf), input.middleware, (c: Context<GuardedApp>) =>
        respond(c, (call) => definition.answer({ ...call, query: input.takenFrom(c.req.raw) })),
      );
    },
  };
}

/** A route with a body: one that changes something, or has much to ask. */
export function bodyRoute<Body extends z.ZodType>(
  definition: Definition & {
    method?: "POST" | "PATCH" | "PUT" | "DELETE";
    body: Body;
    /** Nothing at all reads as `{}`. */
    mayBeEmpty?: boolean;
    answer(call: AdminCall & { body: z.output<Body> }): Promise<Json | Response>;
  },
): AdminRoute {
  const { paths, action, summary, body: schema, method = "POST", mayBeEmpty } = definition;
  return {
    method,
    paths,
    action,
    summary,
    schema,
    register: (app, depsOf) => {
      const input = inputOf("json", schema);
      app.on(
        method,
        [...paths],
        guard(action, depsOf),
        mayBeEmpty === true || method === "DELETE" ? allowJson : requireJson,
        input.middleware,
        (c: Context<GuardedApp>) =>
          respond(c, (call) => definition.answer({ ...call, body: input.takenFrom(c.req.raw) })),
      );
    },
  };
}

/** What the guard found out travels to the handler in the context. */
export interface GuardedApp extends App {
  Variables: App["Variables"] & { call: AdminCall; audited: AuditRow[] };
}

/** Asks who it is before anything of the body is read. */
function guard(action: Action, depsOf: FindDeps): MiddlewareHandler<GuardedApp> {
  return async (c, next) => {
    const deps = depsOf(c);
    const { headers } = c.req.raw;
    const asker = await identifyAsker(headers, c.req.path, deps);
    const coverage = coverageOf(action, asker, c.req.path);
    if (coverage === undefined) throw notAllowed(c.req.path, asker);
    const by = changedBy(headers, asker);
    const audited: AuditRow[] = [];
    const audit = (entry: AuditEntry): void => {
      audited.push(auditRow(entry, { by, asker, headers, deps }));
    };
    c.set("audited", audited);
    const { origin } = new URL(c.req.url);
    c.set("call", { deps, asker, coverage, params: c.req.param(), headers, by, origin, audit });
    await next();
  };
}

/** What was done is filed whether or not a later step failed. */
async function respond(
  c: Context<GuardedApp>,
  answer: (call: AdminCall) => Promise<Json | Response>,
): Promise<Response> {
  const call = { ...c.var.call, params: c.req.param() };
  try {
    const answered = await answer(call);
    return answered instanceof Response ? answered : c.json(answered);
  } finally {
    await insertAuditRows(call.deps.db, c.var.audited);
  }
}

function auditRow(
  { action, table, id, before, after }: AuditEntry,
  { by, asker, headers, deps }: { by: string; asker: Asker; headers: Headers; deps: AdminDeps },
): AuditRow {
  return {
    id: deps.newId(),
    atMs: deps.nowMs(),
    changedBy: by,
    changedByKey: asker.keyHash,
    changedFrom: headers.get("cf-connecting-ip"),
    action,
    tableName: table,
    objectId: id,
    before: maskPeople(before),
    after: maskPeople(after),
  };
}

/** Throws unless this asker's action reaches what belongs to this owner. */
export function requireCovered({ coverage, asker }: AdminCall, owner: Owner, what: string): void {
  if (covers(coverage, owner)) return;
  throw new GatewayError(
    "admin_only",
    `You are not allowed to access ${what}. Your role=${asker.roles.join(", ")}.`,
  );
}
