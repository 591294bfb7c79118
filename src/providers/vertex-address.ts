import type { Connection, Deployment } from "../core/config/deployment.ts";
import { trimBase } from "./base-url.ts";
import { parseServiceAccount } from "./service-account.ts";

export function isClaude({ model, baseModel }: Deployment): boolean {
  return model.includes("claude") || baseModel.includes("claude");
}

/** The project named in the configuration, else the one the service account belongs to. */
export function vertexProject({
  vertex_project: project,
  vertex_credentials: account,
}: Connection) {
  if (project) return project;
  return account ? parseServiceAccount(account).projectId : undefined;
}

/** LiteLLM's default. Gemini 3 and later is served from `global` only. */
export function vertexLocation({ connection, model }: Deployment): string {
  const usual = /gemini-[3-9]/.test(model) ? "global" : "us-central1";
  return connection.vertex_location || usual;
}

export function vertexHost(location: string): string {
  switch (location) {
    case "global":
      return "aiplatform.googleapis.com";
    case "us":
    case "eu":
      return `aiplatform.${location}.rep.googleapis.com`;
    default:
      return `${location}-aiplatform.googleapis.com`;
  }
}

/** `model` is what stands in the path: for Claude's counter that is no model at all. */
export function vertexUrl(deployment: Deployment, model: string, method: string): string {
  const location = vertexLocation(deployment);
  const { api_base: apiBase } = deployment.connection;
  // A stand-in takes the place of the host; the path is needed to tell projects and models apart.
  const origin = apiBase ? trimBase(apiBase, "/v1") : `https://${vertexHost(location)}`;
  const publisher = isClaude(deployment) ? "anthropic" : "google";
  const project = vertexProject(deployment.connection) ?? "";
  return `${origin}/v1/projects/${project}/locations/${location}/publishers/${publisher}/models/${model}:${method}`;
}
