import { CLAUDE_MODELS } from "./claude-models.ts";
import type { ClaudeModel } from "./claude-models.ts";

export type Found = { model: ClaudeModel } | { status: number; type: string; message: string };

/** An inference profile only exists in the regions of its geography. */
const PROFILE_REGIONS: Record<string, RegExp> = {
  "us.": /^us-(east|west)-/u,
  "us-gov.": /^us-gov-/u,
  "eu.": /^eu-/u,
  "apac.": /^ap-/u,
  "jp.": /^ap-northeast-/u,
  "au.": /^ap-southeast-/u,
  "global.": /./u,
};

const INVALID_IDENTIFIER = "The provided model identifier is invalid.";

/** `id` is already percent-decoded; it may be an ARN. */
export function findBedrockModel(id: string, region: string, profileArn: string): Found {
  if (id.startsWith("arn:")) return findArn(id, region, profileArn);
  const direct = CLAUDE_MODELS.find((model) => model.bedrockId === id);
  if (direct) {
    // All of these are served through a profile only.
    const message = `Invocation of model ID ${id} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`;
    return { status: 400, type: "ValidationException", message };
  }
  const prefix = Object.keys(PROFILE_REGIONS).find((name) => id.startsWith(name)) ?? "";
  const model = CLAUDE_MODELS.find((candidate) => candidate.bedrockId === id.slice(prefix.length));
  if (model && PROFILE_REGIONS[prefix]?.test(region)) return { model };
  return { status: 400, type: "ValidationException", message: INVALID_IDENTIFIER };
}

function findArn(arn: string, region: string, profileArn: string): Found {
  if (
    !/^arn:aws(-[a-z]+)*:bedrock:[a-z0-9-]+:\d{12}:(application-)?inference-profile\/[\w.:-]+$/u.test(
      arn,
    )
  ) {
    return { status: 400, type: "ValidationException", message: INVALID_IDENTIFIER };
  }
  const model = CLAUDE_MODELS.find((candidate) => candidate.name === "claude-sonnet-4-5");
  if (arn === profileArn && arn.split(":")[3] === region && model) return { model };
  const systemProfile = /:inference-profile\/(.+)$/u.exec(arn)?.[1];
  if (systemProfile !== undefined && arn.split(":")[3] === region)
    return findBedrockModel(systemProfile, region, profileArn);
  return {
    status: 404,
    type: "ResourceNotFoundException",
    message: `Could not resolve the foundation model from the provided model identifier: ${arn}`,
  };
}
