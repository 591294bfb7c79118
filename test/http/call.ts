import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { app } from "../../src/http/app.ts";
import type { Env } from "../../src/env.ts";

/** The bindings of the Worker under test, with a configuration of its own. */
export function environmentWith(config: object, changes: Record<string, unknown> = {}): Env {
  const compiled = { source: "test", version: "v-test", config };
  return {
    ...env,
    LITELLM_MASTER_KEY: MASTER_KEY,
    SEKISHO_KEY_SECRET: "a-key-secret-for-tests-of-the-routes",
    SEKISHO_CONFIG_JSON: JSON.stringify(compiled),
    ...changes,
  };
}

export const MASTER_KEY = "sk-test-master-of-the-routes";

/** A request to the application as the platform makes it; resolves when all work it left is done. */
export async function call(bindings: Env, path: string, init: RequestInit = {}): Promise<Response> {
  const context = createExecutionContext();
  const request = new Request(`https://gateway.example${path}`, init);
  const response = await app.fetch(request, bindings, context);
  const text = await response.text();
  await waitOnExecutionContext(context);
  // No content is no text, not an empty one.
  return new Response(text === "" ? null : text, response);
}

export function post(
  bindings: Env,
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Response> {
  return call(bindings, path, {
    method: "POST",
    headers: { authorization: `Bearer ${MASTER_KEY}`, ...headers },
    body: JSON.stringify(body),
  });
}

export const DEMO = {
  model_list: [
    { model_name: "demo", litellm_params: { model: "demo/demo" } },
    { model_name: "other", litellm_params: { model: "demo/demo" } },
  ],
};
