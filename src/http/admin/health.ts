import * as z from "zod";
import type { Deployment } from "../../core/config/deployment.ts";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { listHealthCheckRows, putHealthCheckRows } from "../../platform/db/health-checks.ts";
import type { HealthCheckRow } from "../../platform/db/schema/settings.ts";
import { requestsInFlight } from "../backlog.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { checkAll, type Checked } from "./health-run.ts";
import { renderTime } from "./render.ts";
import { readRoute, type AdminCall, type AdminRoute } from "./route.ts";
import { testRecord } from "./test-record.ts";

const HealthQuery = z.object({ model: field.text.optional(), model_id: field.text.optional() });

/** Whether what is configured answers. Probes without a key are in `http/health.ts`. */
export const healthCheckRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/health"],
    action: "health.check",
    summary: "Ask every deployment something small, or those of one model. It costs money.",
    query: HealthQuery,
    async answer(call) {
      const { deps, query } = call;
      const checked = await checkAll(wanted(query, deps), (one) =>
        deps.checkHealth(one, deps.config),
      );
      await putHealthCheckRows(
        deps.db,
        checked.flatMap((one) => rowOf(one, call)),
      );
      return renderAll(checked);
    },
  }),
  readRoute({
    paths: ["/health/latest"],
    action: "health.check",
    summary: "What the last check of each deployment found.",
    query: z.object({}),
    async answer({ deps }) {
      const rows = await listHealthCheckRows(deps.db);
      const latest = rows.map((row) => [row.deploymentId, renderRow(row)] as const);
      return { latest_health_checks: Object.fromEntries(latest), total_models: rows.length };
    },
  }),
  readRoute({
    paths: ["/health/services"],
    action: "health.check",
    summary: "Send a test record to a callback.",
    query: z.object({ service: field.text }),
    async answer({ deps, query }) {
      return testService(query.service, deps);
    },
  }),
  readRoute({
    paths: ["/health/backlog"],
    action: "health.check",
    summary: "Requests that the isolate which answers has not begun to answer.",
    query: z.object({}),
    async answer() {
      return { in_flight_requests: requestsInFlight() };
    },
  }),
  readRoute({
    paths: ["/health/shared-status"],
    action: "health.check",
    summary: "Whether deployments are checked in the background: they are not.",
    query: z.object({}),
    async answer() {
      return {
        shared_health_check_enabled: false,
        message: "Deployments are checked when GET /health is called, and at no other time.",
      };
    },
  }),
  readRoute({
    paths: ["/health/license"],
    action: "settings.read",
    summary: "There is nothing to buy.",
    query: z.object({}),
    async answer() {
      return {
        has_license: false,
        license_type: "Apache-2.0",
        expiration_date: null,
        allowed_features: ["all"],
      };
    },
  }),
];

function wanted(
  { model, model_id: id }: z.output<typeof HealthQuery>,
  { config }: AdminDeps,
): Deployment[] {
  const name = model === undefined ? undefined : (config.aliases.get(model) ?? model);
  const found = config.deployments.filter(
    (one) =>
      (name === undefined || one.group === name || one.id === name) &&
      (id === undefined || one.id === id),
  );
  if (found.length > 0 || (name === undefined && id === undefined)) return found;
  throw new GatewayError(
    "not_found",
    "No deployment has this name or id; see GET /v1/model/info.",
    {
      param: name === undefined ? "model_id" : "model",
    },
  );
}

function rowOf({ deployment, check }: Checked, { deps, by }: AdminCall): HealthCheckRow[] {
  if (check.kind === "skipped") return [];
  return [
    {
      deploymentId: deployment.id,
      modelName: deployment.group,
      healthy: check.kind === "healthy",
      errorCode: check.kind === "healthy" ? null : check.code,
      durationMs: check.durationMs,
      checkedAtMs: deps.nowMs(),
      checkedBy: by,
    },
  ];
}

/** LiteLLM's two lists, and a third for what was not asked. */
function renderAll(checked: readonly Checked[]): JsonObject {
  const healthy: JsonObject[] = [];
  const unhealthy: JsonObject[] = [];
  const skipped: JsonObject[] = [];
  for (const { deployment, check } of checked) {
    const shown = renderDeployment(deployment);
    switch (check.kind) {
      case "healthy":
        healthy.push({ ...shown, response_time_ms: check.durationMs });
        break;
      case "unhealthy":
        unhealthy.push({ ...shown, error: check.message, error_code: check.code });
        break;
      case "skipped":
        skipped.push({ ...shown, reason: check.message });
        break;
    }
  }
  return {
    healthy_endpoints: healthy,
    unhealthy_endpoints: unhealthy,
    healthy_count: healthy.length,
    unhealthy_count: unhealthy.length,
    skipped_endpoints: skipped,
  };
}

function renderDeployment({ id, group, provider, model, connection }: Deployment): JsonObject {
  const region = connection.aws_region_name ?? connection.vertex_location;
  return {
    model: `${provider}/${model}`,
    model_id: id,
    model_name: group,
    ...(connection.api_base !== undefined && { api_base: connection.api_base }),
    ...(region !== undefined && { region }),
  };
}

function renderRow(row: HealthCheckRow): JsonObject {
  return {
    model_id: row.deploymentId,
    model_name: row.modelName,
    status: row.healthy ? "healthy" : "unhealthy",
    healthy_count: row.healthy ? 1 : 0,
    unhealthy_count: row.healthy ? 0 : 1,
    error_message: row.errorCode,
    response_time_ms: row.durationMs,
    checked_at: renderTime(row.checkedAtMs),
    checked_by: row.checkedBy,
  };
}

/** A record as a call leaves one, marked as what it is. */
async function testService(service: string, deps: AdminDeps): Promise<JsonObject> {
  const sink = deps.sinks.find(({ name }) => name === service);
  if (sink === undefined) {
    const known = deps.sinks.map(({ name }) => name).join(", ") || "none";
    const message = `${service} is not a callback that is set up. Set up: ${known}.`;
    throw new GatewayError("invalid_request", message, { param: "service" });
  }
  const record = testRecord(deps.newId(), deps.nowMs(), deps.config.version);
  const outcome = (await sink.deliver([record])).get(record.requestId);
  if (outcome?.kind === "delivered") {
    return { status: "success", message: `A test record was sent; look for ${record.requestId}.` };
  }
  throw new GatewayError(
    "upstream_error",
    `${service} did not take the test record: ${outcome?.reason ?? "no answer"}.`,
    { provider: service },
  );
}
