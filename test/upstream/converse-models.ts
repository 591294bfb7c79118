import { findBedrockModel } from "./bedrock-models.ts";
import type { ClaudeModel } from "./claude-models.ts";

/** What each of Bedrock's models knows of Converse. */
export interface ConverseModel {
  name: string;
  family: "claude" | "nova" | "mistral" | "llama" | "deepseek" | "gpt-oss";
  images: boolean;
  /** `any` and `tool`; `auto` is known to all. */
  toolChoices: string[];
  caching: boolean;
  /** A tool's result may have a status, and hold pictures. */
  richResults: boolean;
  stopSequences: boolean;
  sampling: boolean;
  prefill: boolean;
  toolId: RegExp;
  maxOutputTokens: number;
  contextTokens: number;
  /** Members of `additionalModelRequestFields`. */
  extras: string[];
}

const PLAIN: Omit<ConverseModel, "name" | "family"> = {
  images: false,
  toolChoices: [],
  caching: false,
  richResults: false,
  stopSequences: true,
  sampling: true,
  prefill: false,
  toolId: /^[a-zA-Z0-9_-]{1,64}$/u,
  maxOutputTokens: 8_192,
  contextTokens: 128_000,
  extras: [],
};

const NOVA: ConverseModel = {
  ...PLAIN,
  name: "nova-pro",
  family: "nova",
  images: true,
  toolChoices: ["any", "tool"],
  caching: true,
  richResults: true,
  maxOutputTokens: 10_000,
  extras: ["inferenceConfig"],
};

const MODELS: Record<string, ConverseModel> = {
  "us.amazon.nova-pro-v1:0": NOVA,
  "us.amazon.nova-2-lite-v1:0": {
    ...NOVA,
    name: "nova-2-lite",
    maxOutputTokens: 65_536,
    extras: ["inferenceConfig", "reasoningConfig"],
  },
  "us.meta.llama4-maverick-17b-instruct-v1:0": {
    ...PLAIN,
    name: "llama4-maverick",
    family: "llama",
    images: true,
  },
  "us.mistral.pixtral-large-2502-v1:0": {
    ...PLAIN,
    name: "pixtral-large",
    family: "mistral",
    images: true,
    toolChoices: ["any"],
    toolId: /^[a-zA-Z0-9]{9}$/u,
    extras: ["top_k"],
  },
  "deepseek.v3-v1:0": { ...PLAIN, name: "deepseek-v3", family: "deepseek" },
  "openai.gpt-oss-120b-1:0": {
    ...PLAIN,
    name: "gpt-oss-120b",
    family: "gpt-oss",
    stopSequences: false,
    maxOutputTokens: 128_000,
    extras: ["reasoning_effort"],
  },
};

export type FoundConverse =
  | { model: ConverseModel }
  | { status: number; type: string; message: string };

export function findConverseModel(id: string, region: string, profileArn: string): FoundConverse {
  const known = MODELS[id];
  if (known) return { model: known };
  const found = findBedrockModel(id, region, profileArn);
  return "model" in found ? { model: claude(found.model) } : found;
}

function claude(model: ClaudeModel): ConverseModel {
  return {
    ...PLAIN,
    name: model.name,
    family: "claude",
    images: true,
    toolChoices: model.forcedTool ? ["any", "tool"] : [],
    caching: true,
    richResults: true,
    sampling: model.sampling,
    prefill: model.prefill,
    maxOutputTokens: model.maxOutputTokens,
    contextTokens: model.contextTokens,
    extras: ["thinking", "top_k", "anthropic_beta", "tool_choice", "output_config"],
  };
}
