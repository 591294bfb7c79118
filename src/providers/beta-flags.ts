/**
 * Which `anthropic-beta` flags a surface takes, and what it calls them. Anthropic itself takes any;
 * Bedrock and Vertex AI answer 400 to a flag they do not know, so what is not listed is not sent.
 */
export type BetaTable = ReadonlyMap<string, string>;

const TOOL_SEARCH = "tool-search-tool-2025-10-19";

const SHARED = [
  "compact-2026-01-12",
  "computer-use-2025-01-24",
  "computer-use-2025-11-24",
  "context-1m-2025-08-07",
  "context-management-2025-06-27",
  "dangerous-tool-use-2026-09-03",
  "thinking-binding-controls-2026-08-01",
  "thinking-display-updates-2026-08-18",
  TOOL_SEARCH,
];

export const BEDROCK_BETAS = table([
  ...SHARED,
  "effort-2025-11-24",
  "fine-grained-tool-streaming-2025-05-14",
  "mid-conversation-output-config-2026-07-01",
  "mid-conversation-tool-changes-2026-07-01",
]);

export const VERTEX_BETAS = table([
  ...SHARED,
  "compact-2026-09-04",
  "interleaved-thinking-2025-05-14",
  "per-turn-control-2026-07-01",
  "web-search-2025-03-05",
]);

function table(flags: string[]): BetaTable {
  const same = flags.map((flag): [string, string] => [flag, flag]);
  // Anthropic's name covers more than tool search, but that part is what the others have of it.
  return new Map([...same, ["advanced-tool-use-2025-11-20", TOOL_SEARCH]]);
}

/** What `request-tags` announces is read by the gateway, so it goes to no vendor at all. */
const OWN_FLAG = "request-tags-2026-08-21";

/** The caller's flags in the surface's words, each once, in the caller's order. */
export function acceptedBetas(betas: readonly string[], known: BetaTable): string[] {
  return [...new Set(betas.flatMap((flag) => known.get(flag) ?? []))];
}

export function withoutOwnFlags(betas: readonly string[]): string[] {
  return betas.filter((flag) => flag !== OWN_FLAG);
}

/** A member of the body that exists only under one of these flags. `within` is the object it is in. */
interface Guard {
  within?: string;
  field: string;
  flags: string[];
}

const GUARDS: Guard[] = [
  {
    field: "context_management",
    flags: ["context-management-2025-06-27", "compact-2026-01-12", "compact-2026-09-04"],
  },
  {
    within: "thinking",
    field: "block_binding",
    flags: ["thinking-binding-controls-2026-08-01"],
  },
  { within: "output_config", field: "task_budget", flags: ["task-budgets-2026-03-13"] },
];

/**
 * The members that must leave because their flag did. A member whose flag the caller never sent
 * stays: the vendor's own complaint about it tells the caller more than silence would.
 */
export function fieldsWithoutFlag(betas: readonly string[], known: BetaTable): Guard[] {
  return GUARDS.filter(
    ({ flags }) =>
      flags.some((flag) => betas.includes(flag)) &&
      !flags.some((flag) => betas.includes(flag) && known.has(flag)),
  );
}

export const FINE_GRAINED_STREAMING = "fine-grained-tool-streaming-2025-05-14";
/** Flags under which a single turn may carry its own `output_config`. */
export const TURN_CONFIG = [
  "mid-conversation-output-config-2026-07-01",
  "per-turn-control-2026-07-01",
];
export const EFFORT = "effort-2025-11-24";
export { TOOL_SEARCH };
