/** What each Claude accepts. Capabilities follow the generation; the exceptions are spelled out. */
export interface ClaudeModel {
  /** The name without its date. */
  name: string;
  /** As the Messages API answers it. */
  fullName: string;
  bedrockId: string;
  vertexId: string;
  generation: number;
  maxOutputTokens: number;
  contextTokens: number;
  adaptiveThinking: boolean;
  budgetThinking: boolean;
  sampling: boolean;
  prefill: boolean;
  systemTurns: boolean;
  forcedTool: boolean;
  thinkingCanBeOff: boolean;
  hidesThinking: boolean;
}

interface Row {
  name: string;
  generation: number;
  date?: string;
  bedrockSuffix?: string;
}

const ROWS: Row[] = [
  { name: "claude-opus-4-1", generation: 4.1, date: "20250805", bedrockSuffix: "-v1:0" },
  { name: "claude-sonnet-4-5", generation: 4.5, date: "20250929", bedrockSuffix: "-v1:0" },
  { name: "claude-haiku-4-5", generation: 4.5, date: "20251001", bedrockSuffix: "-v1:0" },
  { name: "claude-opus-4-5", generation: 4.5, date: "20251101", bedrockSuffix: "-v1:0" },
  { name: "claude-opus-4-6", generation: 4.6, bedrockSuffix: "-v1" },
  { name: "claude-sonnet-4-6", generation: 4.6 },
  { name: "claude-opus-4-7", generation: 4.7 },
  { name: "claude-opus-4-8", generation: 4.8 },
  { name: "claude-opus-5", generation: 5 },
  { name: "claude-sonnet-5", generation: 5 },
  { name: "claude-fable-5", generation: 5 },
  { name: "claude-mythos-5", generation: 5 },
  { name: "claude-fable-5-1", generation: 5.1 },
  { name: "claude-opus-5-5", generation: 5.5 },
  { name: "claude-sonnet-5-5", generation: 5.5 },
];

/** Legal on Opus 4.8 and 5, Fable and Mythos 5 and what followed them, never on a Sonnet or before 4.8. */
const SYSTEM_TURNS = /^claude-(opus-4-8|(opus|fable|mythos)-5)/u;

/** These always think and cannot be forced to call a tool. */
const ALWAYS_THINKING = /^claude-(opus-5-5|sonnet-5-5|fable-5-1)/u;

export const CLAUDE_MODELS: ClaudeModel[] = ROWS.map(modelOf);

function modelOf({ name, generation, date, bedrockSuffix }: Row): ClaudeModel {
  const fullName = date === undefined ? name : `${name}-${date}`;
  return {
    name,
    fullName,
    bedrockId: `anthropic.${fullName}${bedrockSuffix ?? ""}`,
    vertexId: date === undefined ? name : `${name}@${date}`,
    generation,
    maxOutputTokens: generation >= 4.6 ? 128_000 : generation >= 4.5 ? 64_000 : 32_000,
    contextTokens: generation >= 4.6 ? 1_000_000 : 200_000,
    adaptiveThinking: generation >= 4.6,
    budgetThinking: generation < 4.7,
    sampling: generation < 4.7,
    prefill: generation < 4.6,
    systemTurns: SYSTEM_TURNS.test(name),
    forcedTool: !ALWAYS_THINKING.test(name),
    thinkingCanBeOff: !ALWAYS_THINKING.test(name),
    hidesThinking: generation >= 4.7,
  };
}

export function findAnthropicModel(id: string): ClaudeModel | undefined {
  return CLAUDE_MODELS.find((model) => model.name === id || model.fullName === id);
}

export function findVertexClaude(id: string): ClaudeModel | undefined {
  return CLAUDE_MODELS.find((model) => model.vertexId === id);
}
