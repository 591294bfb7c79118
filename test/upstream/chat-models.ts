/** What each OpenAI model accepts over Chat Completions. */
export interface ChatModel {
  name: string;
  /** As the API answers it. */
  fullName: string;
  maxOutputTokens: number;
  contextTokens: number;
  /** Empty for models that do not reason. */
  efforts: string[];
  defaultEffort: string;
  /** Models whose reasoning and function tools only meet in the Responses API. */
  toolsWithReasoning: boolean;
}

const CLASSIC = {
  efforts: [],
  defaultEffort: "none",
  toolsWithReasoning: true,
  contextTokens: 128_000,
  maxOutputTokens: 16_384,
};
const REASONING = {
  ...CLASSIC,
  defaultEffort: "medium",
  contextTokens: 200_000,
  maxOutputTokens: 100_000,
};
const GPT5 = { ...REASONING, contextTokens: 400_000, maxOutputTokens: 128_000 };

export const CHAT_MODELS: ChatModel[] = [
  { ...CLASSIC, name: "gpt-4o", fullName: "gpt-4o-2024-08-06" },
  { ...CLASSIC, name: "gpt-4o-mini", fullName: "gpt-4o-mini-2024-07-18" },
  {
    ...CLASSIC,
    name: "gpt-4.1",
    fullName: "gpt-4.1-2025-04-14",
    contextTokens: 1_047_576,
    maxOutputTokens: 32_768,
  },
  {
    ...CLASSIC,
    name: "gpt-4.1-nano",
    fullName: "gpt-4.1-nano-2025-04-14",
    contextTokens: 1_047_576,
    maxOutputTokens: 32_768,
  },
  { ...REASONING, name: "o3", fullName: "o3-2025-04-16", efforts: ["low", "medium", "high"] },
  {
    ...REASONING,
    name: "o4-mini",
    fullName: "o4-mini-2025-04-16",
    efforts: ["low", "medium", "high"],
  },
  {
    ...GPT5,
    name: "gpt-5",
    fullName: "gpt-5-2025-08-07",
    efforts: ["minimal", "low", "medium", "high"],
  },
  {
    ...GPT5,
    name: "gpt-5-mini",
    fullName: "gpt-5-mini-2025-08-07",
    efforts: ["minimal", "low", "medium", "high"],
  },
  {
    ...GPT5,
    name: "gpt-5.1",
    fullName: "gpt-5.1-2025-11-13",
    efforts: ["none", "low", "medium", "high"],
    defaultEffort: "none",
  },
  {
    ...GPT5,
    name: "gpt-5.4",
    fullName: "gpt-5.4",
    efforts: ["none", "low", "medium", "high", "xhigh"],
    defaultEffort: "none",
  },
  {
    ...GPT5,
    name: "gpt-5.6",
    fullName: "gpt-5.6",
    efforts: ["none", "low", "medium", "high", "xhigh", "max"],
    defaultEffort: "medium",
    toolsWithReasoning: false,
  },
];

export function findChatModel(name: string): ChatModel | undefined {
  return CHAT_MODELS.find((model) => model.name === name || model.fullName === name);
}
