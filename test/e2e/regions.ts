import type { Upstream } from "../upstream/upstream.ts";

const SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0";

/** The settings of Claude in one region of the stand-in's Bedrock. */
export function sonnetIn(region: string, { credentials, url }: Upstream): object {
  return {
    model: `bedrock/${region.slice(0, 2)}.${SONNET}`,
    aws_region_name: region,
    aws_access_key_id: credentials.aws.accessKeyId,
    aws_secret_access_key: credentials.aws.secretAccessKey,
    aws_bedrock_runtime_endpoint: `${url}/bedrock/${region}`,
  };
}
