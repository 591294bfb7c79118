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
  /** Prefixes may end among the tools; Nova's only in the system's words and in messages. */
  cachesTools: boolean;
  cachesAnHour: boolean;
  /** It can be held to a JSON schema, in its answer and in strict tools. */
  schema: boolean;
  /** `outputConfig.effort`. */
  efforts: string[];
  claude?: ClaudeModel;
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
  cachesTools: false,
  cachesAnHour: false,
  schema: false,
  efforts: [],
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
  "deepseek.v3-v1:0": { ...PLAIN, name: "deepseek-v3", family: "deepseek", schema: true },
  "openai.gpt-oss-120b-1:0": {
    ...PLAIN,
    name: "gpt-oss-120b",
    family: "gpt-oss",
    schema: true,
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
    cachesTools: true,
    cachesAnHour: model.generation >= 4.5,
    // The newest take structured output only by Anthropic's own path on Bedrock.
    schema: model.generation >= 4.5 && model.generation < 4.7,
    efforts: effortsOf(model),
    claude: model,
    richResults: true,
    sampling: model.sampling,
    prefill: model.prefill,
    maxOutputTokens: model.maxOutputTokens,
    contextTokens: model.contextTokens,
    extras: ["thinking", "top_k", "anthropic_beta", "tool_choice", "output_config"],
  };
}

function effortsOf({ generation }: ClaudeModel): string[] {
  if (generation < 4.6) return [];
  return ["low", "medium", "high", ...(generation >= 4.7 ? ["xhigh"] : []), "max"];
}
