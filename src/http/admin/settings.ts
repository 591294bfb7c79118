import * as z from "zod";
import { isSecretField } from "../../core/config/known-settings.ts";
import { referenceIn } from "../../core/config/environment.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { MASK } from "../../platform/sealed-fields.ts";
import type { AdminDeps } from "./deps.ts";
import { readRoute, type AdminRoute } from "./route.ts";

/** What is configured, as LiteLLM's tools ask for it. */
export const settingsRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/config/yaml"],
    action: "settings.read",
    summary: "The configuration file as it was compiled, its secrets masked; JSON, which is YAML.",
    query: z.object({}),
    async answer({ deps }) {
      return maskDeep(jsonOf(deps.runtime.file));
    },
  }),
  readRoute({
    paths: ["/get/config/callbacks"],
    action: "settings.read",
    summary: "Where records are copied to, and how calls are routed.",
    query: z.object({}),
    async answer({ deps }) {
      const { router } = deps.config;
      return {
        status: "success",
        callbacks: deps.sinks.map(({ name }) => ({ name, variables: {}, type: "success" })),
        alerts: [],
        router_settings: {
          num_retries: router.retriesMax,
          timeout: router.timeoutMs / MS_PER_SECOND,
          cooldown_time: router.cooldownMs / MS_PER_SECOND,
          model_group_alias: Object.fromEntries(deps.config.aliases),
        },
      };
    },
  }),
  readRoute({
    paths: ["/active/callbacks", "/settings"],
    action: "settings.read",
    summary: "The callbacks that are at work, in LiteLLM's words.",
    query: z.object({}),
    async answer({ deps }) {
      return callbacksOf(deps);
    },
  }),
];

const MS_PER_SECOND = 1_000;

/** Every callback gets every record, whether the call succeeded or failed. */
function callbacksOf({ sinks }: AdminDeps): JsonObject {
  const names = sinks.map(({ name }) => name);
  return {
    alerting: null,
    "litellm.callbacks": names,
    "litellm.input_callback": [],
    "litellm.failure_callback": names,
    "litellm.success_callback": names,
    num_callbacks: names.length,
    num_alerting: 0,
  };
}

function jsonOf(file: unknown): JsonObject {
  return isJsonObject(file) ? file : {};
}

/** What may carry a secret under any name. */
const SECRET_SECTIONS = new Set(["environment_variables", "headers", "extra_headers"]);

/** References stay: they say where a secret is, not what it is. */
function maskDeep(value: Json, name = ""): Json {
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, name));
  if (isJsonObject(value)) {
    if (isSecretField(name)) return MASK;
    return Object.fromEntries(
      Object.entries(value).map(([inner, item]) => [
        inner,
        maskDeep(item ?? null, SECRET_SECTIONS.has(name) ? "secret" : inner),
      ]),
    );
  }
  const isText = typeof value === "string" && value !== "" && referenceIn(value) === undefined;
  return isText && isSecretField(name) ? MASK : value;
}
