import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import { findSettingRow, MODEL_FACTS, putSettingRow } from "../../platform/db/settings.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { refusal } from "./model-fields.ts";
import { bodyRoute, readRoute, type AdminCall, type AdminRoute } from "./route.ts";

const PATHS = ["/sekisho/model_facts"] as const;
const SUMMARY =
  "Replace the facts about models that are laid over those of the configuration file. {} takes them away.";

/** What an operator knows of models that no release knows yet (docs/model-facts.md). */
export const modelFactsRoutes: AdminRoute[] = [
  readRoute({
    paths: PATHS,
    action: "settings.read",
    summary: "The facts about models that were stated while the gateway runs.",
    query: z.object({}),
    async answer({ deps }) {
      return { model_facts: await readFacts(deps) };
    },
  }),
  bodyRoute({
    method: "PUT",
    paths: PATHS,
    action: "settings.change",
    summary: SUMMARY,
    body: field.object,
    answer: replaceFacts,
  }),
  bodyRoute({
    paths: PATHS,
    action: "settings.change",
    summary: SUMMARY,
    body: field.object,
    answer: replaceFacts,
  }),
];

async function readFacts({ db }: AdminDeps): Promise<JsonObject> {
  const value = (await findSettingRow(db, MODEL_FACTS))?.value;
  return isJsonObject(value) ? value : {};
}

async function replaceFacts(call: AdminCall & { body: JsonObject }): Promise<JsonObject> {
  const { body: value, deps, by } = call;
  const { parts } = await deps.runtime.reload();
  const { left } = deps.runtime.combine({ ...parts, models: [], modelFacts: value });
  const problems = left.flatMap((one) => (one.part === "model_facts" ? one.problems : []));
  if (problems.length > 0) throw refusal(problems);
  const before = await readFacts(deps);
  const nowMs = deps.nowMs();
  const authors = { createdAtMs: nowMs, createdBy: by, updatedAtMs: nowMs, updatedBy: by };
  await putSettingRow(deps.db, { name: MODEL_FACTS, value, ...authors });
  call.audit({
    action: "updated",
    table: "LiteLLM_Config",
    id: MODEL_FACTS,
    before,
    after: value,
  });
  await deps.runtime.reload();
  return { model_facts: value };
}
