import type { Deployment } from "../core/config/deployment.ts";
import type { DialectName } from "../dialects/dialect.ts";
import { trimBase } from "./base-url.ts";

export interface BedrockTarget {
  /** Foundation model, inference profile (`us.…` is part of its id) or ARN, not yet encoded. */
  id: string;
  region: string | undefined;
}

/** LiteLLM's ways to write it: `invoke/…`, `converse/…`, `us-west-2/…`, an ARN, or the bare id. */
export function bedrockTarget({ model, connection }: Deployment): BedrockTarget {
  const [, pathRegion, name = ""] =
    /^(?:(?:invoke|converse)\/)?(?:([a-z]{2}(?:-[a-z]+)+-\d)\/)?(.*)$/s.exec(model) ?? [];
  const id = decodedId(connection.model_id ?? name);
  const [, arnRegion] = /^arn:[^:]*:bedrock:([^:]*):/.exec(id) ?? [];
  return { id, region: pathRegion ?? connection.aws_region_name ?? (arnRegion || undefined) };
}

/** Some configurations carry the ARN percent-encoded already; it must be encoded once and not twice. */
function decodedId(id: string): string {
  return /%(2F|3A)/i.test(id) ? decodeURIComponent(id) : id;
}

/** Which of Bedrock's two surfaces a deployment is reached by, for a caller of this grammar. */
export function speaksConverse(deployment: Deployment, caller: DialectName): boolean {
  const { route, model, baseModel } = deployment;
  if (route === "converse" || route === "invoke") return route === "converse";
  if (caller === "bedrock-converse") return true;
  if (model.includes("claude") || baseModel.includes("claude")) return false;
  // An id of one's own does not say whose model it is; without a base_model it is taken for Claude's.
  return baseModel !== model || !isOpaque(model);
}

/** An ARN that ends in an id, and not in a model's name, which would be `vendor.model`. */
function isOpaque(model: string): boolean {
  return model.startsWith("arn:") && !model.slice(model.lastIndexOf("/")).includes(".");
}

export function isApplicationProfile(id: string): boolean {
  return id.includes(":application-inference-profile/");
}

/**
 * The whole address of an operation. The id is one path segment, so `:` and `/` are encoded; what
 * is signed is this very string.
 */
export function bedrockUrl(deployment: Deployment, operation: string): string {
  const { id, region = "" } = bedrockTarget(deployment);
  const { aws_bedrock_runtime_endpoint: endpoint, api_base: apiBase } = deployment.connection;
  const base = trimBase(
    endpoint || apiBase || `https://bedrock-runtime.${region}.${domain(region)}`,
  );
  return `${base}/model/${encodeURIComponent(id)}/${operation}`;
}

function domain(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}
