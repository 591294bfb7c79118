import type { Json } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import { without } from "./beta-flags.ts";
import { mapKept, withoutCacheExtras } from "./claude-content.ts";

export interface ToolRules {
  /** Members of a tool that this call makes nothing known of there. */
  unknownInTools: readonly string[];
  cacheTtl: boolean;
}

/** Takes from each tool what this surface does not know. */
export function adaptTools(tools: Json[], rules: ToolRules): Json[] {
  return mapKept(tools, (tool) =>
    isJsonObject(tool) ? withoutCacheExtras(without(tool, rules.unknownInTools), rules) : tool,
  );
}
