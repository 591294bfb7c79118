import type { BodyPatch } from "../core/body-patch.ts";
import type { Connection, Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import { anthropicMessages } from "../dialects/anthropic-messages/index.ts";
import { failureOf } from "../dialects/failure.ts";
import { signAwsRequest } from "./aws-signature.ts";
import { bedrockCounter } from "./bedrock-count.ts";
import { createBedrockDecoder } from "./bedrock-stream.ts";
import { bedrockTarget, bedrockUrl } from "./bedrock-target.ts";
import { BEDROCK_BETAS } from "./beta-flags.ts";
import { adaptClaudeBody, claudeBetas } from "./claude-body.ts";
import type { ClaudeSurface } from "./claude-body.ts";
import type { PreparedRequest, Provider, ProviderTools, UpstreamCall } from "./provider.ts";

export const BEDROCK: ClaudeSurface = {
  name: "Bedrock",
  version: "bedrock-2023-05-31",
  betas: BEDROCK_BETAS,
  schemasForNewest: false,
  ttlForOldest: false,
};

/** Claude on AWS, by InvokeModel: the Messages grammar in another envelope. */
export const bedrock: Provider = {
  name: "bedrock",
  framing: "event-stream",
  dialect: () => anthropicMessages,
  missing,
  adaptBody: adaptInvokeBody,
  prepare: (call, body, tools) =>
    prepareBedrock(call, call.stream ? "invoke-with-response-stream" : "invoke", body, tools),
  createDecoder: createBedrockDecoder,
  readFailure: failureOf,
  countTokens: bedrockCounter(adaptInvokeBody, prepareBedrock),
};

function missing(deployment: Deployment): string[] {
  const { connection } = deployment;
  const region = bedrockTarget(deployment).region === undefined ? ["aws_region_name"] : [];
  if (bearerOf(connection) !== undefined) return region;
  const keys = ["aws_access_key_id", "aws_secret_access_key"] as const;
  return [...keys.filter((name) => !connection[name]), ...region];
}

function bearerOf({ aws_bearer_token: token, api_key: key }: Connection): string | undefined {
  return token || key || undefined;
}

function adaptInvokeBody(body: BodyPatch, call: UpstreamCall): void {
  refuseOtherModels(call.deployment);
  const betas = claudeBetas(body, call, BEDROCK);
  adaptClaudeBody(body, call, BEDROCK);
  // Both are said by the URL.
  body.delete("model");
  body.delete("stream");
  if (betas.length > 0) body.set("anthropic_beta", betas);
}

/** An ARN does not say whose model it is; every other id does. */
function refuseOtherModels({ model, baseModel }: Deployment): void {
  if (model.includes("claude") || baseModel.includes("claude") || /arn(:|%3A)/i.test(model)) return;
  throw new GatewayError(
    "not_supported",
    `bedrock/${model} is not a Claude model, and Claude is what the bedrock provider speaks; an ARN's model is named by model_info.base_model.`,
  );
}

async function prepareBedrock(
  { deployment }: UpstreamCall,
  operation: string,
  body: string,
  { nowMs }: ProviderTools,
): Promise<PreparedRequest> {
  const { connection } = deployment;
  const url = bedrockUrl(deployment, operation);
  const headers = { "content-type": "application/json" };
  const bearer = bearerOf(connection);
  if (bearer !== undefined) {
    return { url, body, headers: { ...headers, authorization: `Bearer ${bearer}` } };
  }
  const credential = {
    accessKeyId: connection.aws_access_key_id ?? "",
    secretAccessKey: connection.aws_secret_access_key ?? "",
    sessionToken: connection.aws_session_token,
  };
  const region = bedrockTarget(deployment).region ?? "";
  return {
    url,
    body,
    headers: await signAwsRequest({ url, headers, body }, credential, region, nowMs),
  };
}
