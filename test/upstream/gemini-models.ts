export interface GeminiModel {
  name: string;
  /** 2.5 has thinking budgets; from 3 on there are levels and mandatory signatures. */
  generation: number;
  maxOutputTokens: number;
  contextTokens: number;
  /** The smallest and largest budget; 0 switches thinking off where it is allowed. */
  budget: [minimum: number, maximum: number];
}

const LIMITS = { maxOutputTokens: 65_536, contextTokens: 1_048_576 };

export const GEMINI_MODELS: GeminiModel[] = [
  { ...LIMITS, name: "gemini-2.5-pro", generation: 2.5, budget: [128, 32_768] },
  { ...LIMITS, name: "gemini-2.5-flash", generation: 2.5, budget: [0, 24_576] },
  { ...LIMITS, name: "gemini-2.5-flash-lite", generation: 2.5, budget: [0, 24_576] },
  { ...LIMITS, name: "gemini-3-pro-preview", generation: 3, budget: [128, 32_768] },
  { ...LIMITS, name: "gemini-3-flash-preview", generation: 3, budget: [0, 24_576] },
  { ...LIMITS, name: "gemini-3.1-pro-preview", generation: 3.1, budget: [128, 32_768] },
  { ...LIMITS, name: "gemini-3.5-flash-lite", generation: 3.5, budget: [0, 24_576] },
  { ...LIMITS, name: "gemini-3.8-flash", generation: 3.8, budget: [0, 24_576] },
];

/** From Gemini 3 on, models are served from the global endpoint only. */
export function findGeminiModel(name: string, location: string): GeminiModel | undefined {
  const model = GEMINI_MODELS.find((candidate) => candidate.name === name);
  return model && (model.generation < 3 || location === "global") ? model : undefined;
}
