import type { ClaudeModel } from "./claude-models.ts";
import type { JsonObject } from "./json.ts";

/** The three places that serve Claude differ in fields and betas, not in grammar. */
export interface Surface {
  name: "anthropic" | "bedrock" | "vertex";
  fields: ReadonlySet<string>;
  /** Message, request and tool ids carry this. */
  idInfix: string;
  /** Bedrock and Vertex fetch nothing for the caller. */
  urlSources: boolean;
  isBeta(flag: string): boolean;
}

export interface ClaudeRequest {
  surface: Surface;
  model: ClaudeModel;
  betas: ReadonlySet<string>;
  /** 2026-10-21 takes the sampling parameters away from every model. */
  version: "2023-06-01" | "2026-10-21";
  body: JsonObject;
}

const COMMON = [
  "max_tokens",
  "messages",
  "system",
  "temperature",
  "top_p",
  "top_k",
  "stop_sequences",
  "tools",
  "tool_choice",
  "thinking",
  "metadata",
  "output_config",
  "context_management",
  "safeguards",
];

/** Sent to Bedrock and Vertex by Claude Code itself, so they accept it, whatever other lists say. */
const SENT_BY_CLAUDE_CODE = ["interleaved-thinking-2025-05-14", "thinking-token-count-2026-05-13"];

const BEDROCK_BETAS = new Set([
  "compact-2026-01-12",
  "computer-use-2025-01-24",
  "computer-use-2025-11-24",
  "context-1m-2025-08-07",
  "context-management-2025-06-27",
  "dangerous-tool-use-2026-09-03",
  "effort-2025-11-24",
  "fine-grained-tool-streaming-2025-05-14",
  "mid-conversation-output-config-2026-07-01",
  "mid-conversation-tool-changes-2026-07-01",
  "thinking-binding-controls-2026-08-01",
  "thinking-display-updates-2026-08-18",
  "tool-search-tool-2025-10-19",
  ...SENT_BY_CLAUDE_CODE,
]);

const VERTEX_BETAS = new Set([
  "compact-2026-01-12",
  "compact-2026-09-04",
  "computer-use-2025-01-24",
  "computer-use-2025-11-24",
  "context-1m-2025-08-07",
  "context-management-2025-06-27",
  "dangerous-tool-use-2026-09-03",
  "per-turn-control-2026-07-01",
  "thinking-binding-controls-2026-08-01",
  "thinking-display-updates-2026-08-18",
  "tool-search-tool-2025-10-19",
  "web-search-2025-03-05",
  "claude-code-20250219",
  "effort-2025-11-24",
  ...SENT_BY_CLAUDE_CODE,
]);

export const ANTHROPIC: Surface = {
  name: "anthropic",
  fields: new Set([
    ...COMMON,
    "model",
    "stream",
    "service_tier",
    "container",
    "mcp_servers",
    "inference_geo",
    "speed",
    "cache_control",
    "diagnostics",
  ]),
  idInfix: "",
  urlSources: true,
  // New flags appear with every client release; all of them end in their date.
  isBeta: (flag) => /^[a-z0-9-]+-\d{4}-?\d\d-?\d\d$/u.test(flag),
};

export const BEDROCK: Surface = {
  name: "bedrock",
  fields: new Set([...COMMON, "anthropic_version", "anthropic_beta"]),
  idInfix: "bdrk_",
  urlSources: false,
  isBeta: (flag) => BEDROCK_BETAS.has(flag),
};

export const VERTEX: Surface = {
  name: "vertex",
  fields: new Set([...COMMON, "anthropic_version", "stream"]),
  idInfix: "vrtx_",
  urlSources: false,
  isBeta: (flag) => VERTEX_BETAS.has(flag),
};

export function hasBeta(request: ClaudeRequest, flags: string[]): boolean {
  return flags.some((flag) => request.betas.has(flag));
}

/** How every unknown or unpermitted field is refused; Claude Code repairs itself by these words. */
export function extra(path: string): string {
  return `${path}: Extra inputs are not permitted`;
}
