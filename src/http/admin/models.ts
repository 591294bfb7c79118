import * as z from "zod";
import type { RuntimeModel } from "../../core/config/runtime-parts.ts";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { isConflict } from "../../platform/db/conflict.ts";
import * as rows from "../../platform/db/models.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type { ModelRow } from "../../platform/db/schema/models.ts";
import {
  maskFields,
  mergeFields,
  openFields,
  sealFields,
  type RowPlace,
} from "../../platform/sealed-fields.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import {
  idIn,
  ModelChanges,
  NewModelBody,
  requireUsable,
  withoutOwnWords,
} from "./model-fields.ts";
import { renderAuthors } from "./render.ts";
import { bodyRoute, type AdminCall, type AdminRoute } from "./route.ts";

/**
 * Deployments that are added, changed and taken away while the gateway runs. This isolate goes by a
 * change at once, every other one within seconds (`platform/runtime-config.ts`).
 */
export const modelRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/model/new"],
    action: "model.change",
    summary: "Add a deployment. It joins the group of its name, beside those of the file.",
    body: NewModelBody,
    async answer(call) {
      const { body, deps } = call;
      const model = {
        id: idIn(body.model_info) ?? deps.newId(),
        name: body.model_name,
        params: body.litellm_params,
        info: withoutOwnWords(body.model_info ?? {}),
      };
      return save(null, model, call);
    },
  }),
  bodyRoute({
    paths: ["/model/update"],
    action: "model.change",
    summary: "Change a deployment that was added. What is not in the body stays as it is.",
    body: ModelChanges,
    async answer(call) {
      const id = idIn(call.body.model_info);
      if (id !== undefined) return change(id, call.body, call);
      const message = "model_info.id is missing: it says which model to change";
      throw new GatewayError("invalid_request", message, { param: "model_info.id" });
    },
  }),
  bodyRoute({
    method: "PATCH",
    paths: ["/model/:id/update"],
    action: "model.change",
    summary: "Change a deployment that was added. What is not in the body stays as it is.",
    body: ModelChanges,
    answer: (call) => change(call.params["id"] ?? "", call.body, call),
  }),
  bodyRoute({
    paths: ["/model/delete"],
    action: "model.change",
    summary: "Take away a deployment that was added.",
    body: z.object({ id: field.text }),
    async answer(call) {
      const { body, deps } = call;
      const gone = await requireStored(body.id, deps);
      await rows.deleteModelRow(deps.db, gone.id);
      call.audit(modelAudit("deleted", gone, null));
      await deps.runtime.reload();
      return { message: `Model: ${gone.id} deleted successfully` };
    },
  }),
];

async function change(id: string, changes: ModelChanges, call: AdminCall): Promise<JsonObject> {
  const before = await requireStored(id, call.deps);
  const opened = await openFields(before.parameters, placeOf(id), call.deps.sealer);
  const model = {
    id,
    name: changes.model_name ?? before.modelName,
    // What cannot be opened stays sealed as it is: the secret for it may come back.
    params: mergeFields({ ...before.parameters, ...opened.values }, changes.litellm_params ?? {}),
    info: mergeFields(before.modelInfo, withoutOwnWords(changes.model_info ?? {})),
  };
  return save(before, model, call);
}

/** Nothing is stored that would not serve. */
async function save(
  before: ModelRow | null,
  model: RuntimeModel,
  call: AdminCall,
): Promise<JsonObject> {
  const { deps } = call;
  const warnings = await requireUsable(model, deps);
  const after = await rowOf(model, before, call);
  if (before === null) await insert(after, deps);
  else await rows.updateModelRow(deps.db, after);
  call.audit(modelAudit(before === null ? "created" : "updated", before, after));
  await deps.runtime.reload();
  const unused = warnings.map(({ path, message }) => `${path}: ${message}`);
  return { ...renderModel(after), ...(unused.length > 0 && { warnings: unused }) };
}

async function rowOf(
  { id, name, params, info }: RuntimeModel,
  before: ModelRow | null,
  { deps, by }: AdminCall,
): Promise<ModelRow> {
  const nowMs = deps.nowMs();
  return {
    id,
    modelName: name,
    parameters: await sealFields(params, placeOf(id), deps.sealer),
    modelInfo: info,
    createdAtMs: before?.createdAtMs ?? nowMs,
    createdBy: before?.createdBy ?? by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}

async function insert(row: ModelRow, { db }: AdminDeps): Promise<void> {
  try {
    await rows.insertModelRow(db, row);
  } catch (error) {
    if (!isConflict(error, "models.id")) throw error;
    const message = `A model with the id ${row.id} exists; change it with POST /model/update.`;
    throw new GatewayError("conflict", message, { param: "model_info.id" });
  }
}

function placeOf(id: string): RowPlace {
  return { table: "models", row: id };
}

async function requireStored(id: string, deps: AdminDeps): Promise<ModelRow> {
  const row = await rows.findModelRow(deps.db, id);
  if (row !== undefined) return row;
  if (deps.config.deployments.some((one) => one.id === id && one.stored !== true)) {
    const message = `Model ${id} stands in the configuration file: change it there. POST /model/new with this id puts another in its place.`;
    throw new GatewayError("invalid_request", message, { param: "id" });
  }
  throw new GatewayError("not_found", `Model with id=${id} not found in db`, { param: "id" });
}

/** LiteLLM's row. */
function renderModel(row: ModelRow): JsonObject {
  return {
    model_id: row.id,
    model_name: row.modelName,
    litellm_params: maskFields(row.parameters),
    model_info: { ...row.modelInfo, id: row.id, db_model: true },
    ...renderAuthors(row),
  };
}

function modelAudit(action: AuditAction, before: ModelRow | null, after: ModelRow | null) {
  return {
    action,
    table: "LiteLLM_ProxyModelTable" as const,
    id: (after ?? before)?.id ?? "",
    before: before === null ? null : renderModel(before),
    after: after === null ? null : renderModel(after),
  };
}
