import type { ClaudeSurfaceFact } from "../document.ts";

const TOOL_SEARCH = "tool-search-tool-2025-10-19";

const SHARED_BETAS = {
  "compact-2026-01-12": true,
  "computer-use-2025-01-24": true,
  "computer-use-2025-11-24": true,
  "context-1m-2025-08-07": true,
  "context-management-2025-06-27": true,
  "dangerous-tool-use-2026-09-03": true,
  "thinking-binding-controls-2026-08-01": true,
  "thinking-display-updates-2026-08-18": true,
  [TOOL_SEARCH]: true,
  // Anthropic's name covers more than tool search, but that part is what the others have of it.
  "advanced-tool-use-2025-11-20": TOOL_SEARCH,
};

/** What holds everywhere but at Anthropic itself. */
const AWAY_FROM_HOME: ClaudeSurfaceFact = {
  // An unknown flag is a 400 there, so what is not listed is not sent.
  unknown_betas: "drop",
  // Anthropic's own services, which nobody else runs.
  drops: {
    cache_control: true,
    container: true,
    diagnostics: true,
    inference_geo: true,
    mcp_servers: true,
    service_tier: true,
    speed: true,
  },
  guards: {
    context_management: [
      "context-management-2025-06-27",
      "compact-2026-01-12",
      "compact-2026-09-04",
    ],
    "thinking.block_binding": ["thinking-binding-controls-2026-08-01"],
    "output_config.task_budget": ["task-budgets-2026-03-13"],
  },
  tool_members: {
    custom: [],
    defer_loading: [TOOL_SEARCH],
    eager_input_streaming: [],
    input_examples: [TOOL_SEARCH],
  },
  turn_members: {
    output_config: ["mid-conversation-output-config-2026-07-01", "per-turn-control-2026-07-01"],
  },
  // Elsewhere it is a flag of the call and no member of a tool.
  tool_flags: { eager_input_streaming: "fine-grained-tool-streaming-2025-05-14" },
};

/** Tools that Anthropic runs by itself, and AWS and Google do not. */
const ANTHROPIC_TOOLS = {
  "advisor{,_*}": false,
  "code_execution{,_*}": false,
  "mcp_toolset{,_*}": false,
  "web_fetch{,_*}": false,
};

export const CLAUDE_SURFACES: Record<"anthropic" | "bedrock" | "vertex_ai", ClaudeSurfaceFact> = {
  anthropic: {
    name: "Anthropic",
    unknown_betas: "send",
    // What it announces is read by the gateway, so it goes to no vendor at all.
    betas: { "request-tags-2026-08-21": false },
  },
  bedrock: {
    ...AWAY_FROM_HOME,
    name: "Bedrock",
    version: "bedrock-2023-05-31",
    betas: {
      ...SHARED_BETAS,
      "effort-2025-11-24": true,
      "fine-grained-tool-streaming-2025-05-14": true,
      "mid-conversation-output-config-2026-07-01": true,
      "mid-conversation-tool-changes-2026-07-01": true,
    },
    server_tools: { ...ANTHROPIC_TOOLS, "web_search{,_*}": false },
    // By InvokeModel the newest models take neither a schema for the answer nor `strict` tools.
    without_schemas: { "*claude-{opus-4-[78],opus-5,sonnet-5,haiku-5,fable-5,mythos-5}*": true },
    // Cache marks learned to say how long they last with 4.5.
    without_cache_ttl: {
      "*claude-3*": true,
      "*claude-{opus,sonnet,haiku}-4{,-0,-1}{,-20*,@*,:*}": true,
    },
  },
  vertex_ai: {
    ...AWAY_FROM_HOME,
    name: "Vertex AI",
    version: "vertex-2023-10-16",
    betas: {
      ...SHARED_BETAS,
      "compact-2026-09-04": true,
      "interleaved-thinking-2025-05-14": true,
      "per-turn-control-2026-07-01": true,
      "web-search-2025-03-05": true,
    },
    // Google runs the web search, behind a flag that callers of Anthropic need not send.
    server_tools: { ...ANTHROPIC_TOOLS, "web_search{,_*}": "web-search-2025-03-05" },
  },
};
