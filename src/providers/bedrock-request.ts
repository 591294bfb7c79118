import type { Connection, Deployment } from "../core/config/deployment.ts";
import { signAwsRequest } from "./aws-signature.ts";
import { bedrockTarget, bedrockUrl } from "./bedrock-target.ts";
import type { PreparedRequest, ProviderTools, UpstreamCall } from "./provider.ts";

export function missingForBedrock(deployment: Deployment): string[] {
  const { connection } = deployment;
  const region = bedrockTarget(deployment).region === undefined ? ["aws_region_name"] : [];
  if (bearerOf(connection) !== undefined) return region;
  const keys = ["aws_access_key_id", "aws_secret_access_key"] as const;
  return [...keys.filter((name) => !connection[name]), ...region];
}

function bearerOf({ aws_bearer_token: token, api_key: key }: Connection): string | undefined {
  return token || key || undefined;
}

/** One of the operations of Bedrock's runtime, with a bearer key or signed. */
export async function prepareBedrock(
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
