import type { Deployment } from "../config/deployment.ts";

/** LiteLLM knows these two. A place that is neither, or anywhere at all, has none. */
export const REGIONS = ["eu", "us"] as const;
export type Region = (typeof REGIONS)[number];

/**
 * Where a deployment's prompts are read: `region_name`, else Bedrock's profile (`eu.anthropic…`
 * stays in Europe whichever region is called; `global.` promises nothing), else its location.
 */
export function regionOf({
  regionName,
  provider,
  model,
  connection,
}: Deployment): Region | undefined {
  if (regionName !== undefined) return regionIn(regionName);
  if (provider === "bedrock") {
    const profile = /^([a-z]{2,6}(?:-gov)?)\.(?=[a-z])/.exec(model)?.[1];
    const crosses = profile !== undefined && PROFILES.has(profile);
    return regionIn(crosses ? profile : (connection.aws_region_name ?? ""));
  }
  return regionIn(connection.vertex_location ?? "");
}

/** What Bedrock's inference profiles begin with; anything else there is a vendor's name. */
const PROFILES = new Set(["us", "us-gov", "eu", "apac", "jp", "au", "ca", "global"]);

/** `eu-west-1`, `europe-west4`, `eu`; `us-east-1`, `us`. */
function regionIn(location: string): Region | undefined {
  const [area] = location.toLowerCase().split(/[-_]/);
  if (area === "eu" || area === "europe") return "eu";
  return area === "us" ? "us" : undefined;
}
