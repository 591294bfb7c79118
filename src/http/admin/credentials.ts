import * as z from "zod";
import type { Problem } from "../../core/config/problem.ts";
import { ownSecretProblems, type RuntimeCredential } from "../../core/config/runtime-parts.ts";
import { connectionProblems } from "../../core/config/upstream-address.ts";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { isConflict } from "../../platform/db/conflict.ts";
import * as rows from "../../platform/db/credentials.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type { CredentialRow } from "../../platform/db/schema/models.ts";
import {
  maskFields,
  mergeFields,
  openFields,
  sealFields,
  type RowPlace,
} from "../../platform/sealed-fields.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { maskProblems, refusal, secretProblems } from "./model-fields.ts";
import { bodyRoute, readRoute, type AdminCall, type AdminRoute } from "./route.ts";

/** Secrets with a name, to which models refer as `litellm_credential_name`. Nobody reads them again. */
export const credentialRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/credentials"],
    action: "credential.change",
    summary: "Keep a credential for models to refer to.",
    body: z.object({
      credential_name: field.text,
      credential_values: field.object,
      credential_info: field.optionalObject,
    }),
    async answer(call) {
      const { credential_name: name, credential_values: values, credential_info: info } = call.body;
      const after = await rowOf({ name, values }, info ?? {}, null, call);
      await insert(after, call.deps);
      call.audit(credentialAudit("created", null, after));
      await call.deps.runtime.reload();
      return { success: true, message: "Credential created successfully" };
    },
  }),
  readRoute({
    paths: ["/credentials"],
    action: "credential.read",
    summary: "All credentials that were added, without their secrets.",
    query: z.object({}),
    async answer({ deps }) {
      const all = await rows.listCredentialRows(deps.db);
      return { success: true, credentials: all.map(renderCredential) };
    },
  }),
  readRoute({
    paths: ["/credentials/by_name/:name"],
    action: "credential.read",
    summary: "One credential, without its secrets.",
    query: z.object({}),
    async answer({ deps, params }) {
      return renderCredential(await requireCredential(params["name"] ?? "", deps));
    },
  }),
  bodyRoute({
    method: "PATCH",
    paths: ["/credentials/:name"],
    action: "credential.change",
    summary: "Change some values of a credential. Models that refer to it follow.",
    body: z.object({
      credential_values: field.optionalObject,
      credential_info: field.optionalObject,
    }),
    async answer(call) {
      const { body, deps, params } = call;
      const before = await requireCredential(params["name"] ?? "", deps);
      const opened = await openFields(before.secrets, placeOf(before.name), deps.sealer);
      const values = mergeFields(
        { ...before.secrets, ...opened.values },
        body.credential_values ?? {},
      );
      const info = mergeFields(before.info, body.credential_info ?? {});
      const after = await rowOf({ name: before.name, values }, info, before, call);
      await rows.updateCredentialRow(deps.db, after);
      call.audit(credentialAudit("updated", before, after));
      await deps.runtime.reload();
      return { success: true, message: "Credential updated successfully" };
    },
  }),
  bodyRoute({
    method: "DELETE",
    paths: ["/credentials/:name"],
    action: "credential.change",
    summary: "Forget a credential that no model refers to.",
    body: z.object({}),
    async answer(call) {
      const { deps, params } = call;
      const gone = await requireCredential(params["name"] ?? "", deps);
      await refuseWhileUsed(gone.name, deps);
      await rows.deleteCredentialRow(deps.db, gone.name);
      call.audit(credentialAudit("deleted", gone, null));
      await deps.runtime.reload();
      return { success: true, message: "Credential deleted successfully" };
    },
  }),
];

/** Throws unless it can be kept, and unless the models that refer to it go on serving. */
async function rowOf(
  credential: RuntimeCredential,
  info: JsonObject,
  before: CredentialRow | null,
  { deps, by }: AdminCall,
): Promise<CredentialRow> {
  const problems = problemsOf(credential, info, deps);
  if (problems.length > 0) throw refusal(problems);
  await refuseToStopModels(credential, deps);
  const { name, values } = credential;
  const nowMs = deps.nowMs();
  return {
    name,
    secrets: await sealFields(values, placeOf(name), deps.sealer),
    info,
    createdAtMs: before?.createdAtMs ?? nowMs,
    createdBy: before?.createdBy ?? by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}

function problemsOf(
  { values }: RuntimeCredential,
  info: JsonObject,
  { config }: AdminDeps,
): Problem[] {
  const texts = Object.entries(values).filter(([, value]) => typeof value === "string");
  const places = connectionProblems(
    Object.fromEntries(texts),
    config.settings.privateUpstreams,
  ).map(({ path, message }) => ({ path: `credential_values.${path}`, message }));
  return [
    ...places,
    ...ownSecretProblems(values, "credential_values"),
    ...maskProblems(values, "credential_values"),
    ...secretProblems(info, "credential_info"),
  ];
}

async function refuseToStopModels(changed: RuntimeCredential, deps: AdminDeps): Promise<void> {
  const { parts } = await deps.runtime.reload();
  const stoppedBy = (all: readonly RuntimeCredential[]) =>
    deps.runtime.combine({ ...parts, credentials: all }).left.filter((one) => one.part === "model");
  const others = parts.credentials.filter((one) => one.name !== changed.name);
  const already = new Set(stoppedBy(parts.credentials).map((one) => one.id));
  const stopped = stoppedBy([...others, changed]).find((one) => !already.has(one.id));
  if (stopped === undefined) return;
  throw refusal(
    stopped.problems.map((one) => ({ ...one, path: `model ${stopped.id}: ${one.path}` })),
  );
}

async function refuseWhileUsed(name: string, deps: AdminDeps): Promise<void> {
  const { parts } = await deps.runtime.reload();
  const users = parts.models.filter((one) => one.params["litellm_credential_name"] === name);
  if (users.length === 0) return;
  const ids = users.map((one) => one.id).join(", ");
  throw new GatewayError(
    "conflict",
    `The credential ${name} is used by the models ${ids}. Give them another one first.`,
    { param: "name" },
  );
}

async function insert(row: CredentialRow, { db }: AdminDeps): Promise<void> {
  try {
    await rows.insertCredentialRow(db, row);
  } catch (error) {
    if (!isConflict(error, "credentials.name")) throw error;
    const message = `A credential named ${row.name} exists; change it with PATCH /credentials/{name}.`;
    throw new GatewayError("conflict", message, { param: "credential_name" });
  }
}

function placeOf(name: string): RowPlace {
  return { table: "credentials", row: name };
}

async function requireCredential(name: string, { db }: AdminDeps): Promise<CredentialRow> {
  const row = await rows.findCredentialRow(db, name);
  if (row !== undefined) return row;
  throw new GatewayError("not_found", `Credential ${name} not found`, { param: "name" });
}

function renderCredential({ name, secrets, info }: CredentialRow): JsonObject {
  return {
    credential_name: name,
    credential_values: maskFields(secrets),
    credential_info: info,
  };
}

function credentialAudit(
  action: AuditAction,
  before: CredentialRow | null,
  after: CredentialRow | null,
) {
  return {
    action,
    table: "LiteLLM_CredentialsTable" as const,
    id: (after ?? before)?.name ?? "",
    before: before === null ? null : renderCredential(before),
    after: after === null ? null : renderCredential(after),
  };
}
