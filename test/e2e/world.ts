import { createHash } from "node:crypto";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { startUpstream, type Upstream } from "../upstream/upstream.ts";
import { startGateway, type Gateway } from "./gateway.ts";

/** A gateway between official SDKs and stand-ins of every vendor. */
export interface World {
  gateway: Gateway;
  upstream: Upstream;
  openai(key: string): OpenAI;
  anthropic(key: string): Anthropic;
  /** Rows of this key's calls, once this many have arrived. */
  rows(key: string, count: number): Promise<CallRow[]>;
  stop(): Promise<void>;
}

export interface CallRow {
  request_id: string;
  model_group: string;
  provider: string | null;
  status: string;
  ending: string;
  usage_source: string;
  cost_nano_usd: number;
  input_tokens: number;
  output_tokens: number;
  attempts: number;
  started_at_ms: number;
  ended_at_ms: number;
  error_code: string | null;
}

/** Every upstream the gateway knows, under a name that says which. */
export const CLAUDES = ["bedrock-claude", "bedrock-arn", "vertex-claude", "anthropic-claude"];
export const CHATS = ["azure-gpt", "azure-v1", "openai-gpt", "compatible"];
export const GEMINIS = ["gemini-2", "gemini-3", "ai-studio"];
/** Bedrock's models of other vendors, and Claude, by Converse. The last two see no pictures. */
export const CONVERSES = ["bedrock-nova", "bedrock-llama", "bedrock-pixtral", "converse-claude"];
export const CONVERSES_BLIND = ["bedrock-gpt-oss", "bedrock-deepseek"];
export const ALL_MODELS = [...CLAUDES, ...CONVERSES, ...CHATS, ...GEMINIS, "demo"];

/** `$3` and `$15` per million tokens, for stand-ins no price list names. */
const PRICED = { input_cost_per_token: 3e-6, output_cost_per_token: 1.5e-5 };

export interface WorldOptions {
  settings?: object;
  /** Further entries of `model_list`. */
  models?: (upstream: Upstream) => object[];
  vars?: Record<string, string>;
  tokenLifetimeSeconds?: number;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const upstream = await startUpstream({
    ...(options.tokenLifetimeSeconds !== undefined && {
      tokenLifetimeSeconds: options.tokenLifetimeSeconds,
    }),
  });
  const gateway = await startGateway({
    config: {
      model_list: [...modelList(upstream), ...(options.models?.(upstream) ?? [])],
      ...options.settings,
    },
    vars: options.vars ?? {},
  });
  return {
    gateway,
    upstream,
    openai: (apiKey) => new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 }),
    anthropic: (apiKey) => new Anthropic({ apiKey, baseURL: gateway.url, maxRetries: 0 }),
    rows: (key, count) => waitForRows(gateway, key, count),
    stop: async () => {
      await gateway.stop();
      await upstream.stop();
    },
  };
}

const SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0";

export function modelList(upstream: Upstream): object[] {
  const { credentials, url } = upstream;
  const aws = (region: string, model: string): object => ({
    model: `bedrock/${model}`,
    aws_region_name: region,
    aws_access_key_id: credentials.aws.accessKeyId,
    aws_secret_access_key: credentials.aws.secretAccessKey,
    aws_bedrock_runtime_endpoint: `${url}/bedrock/${region}`,
  });
  const google = (model: string): object => ({
    model: `vertex_ai/${model}`,
    vertex_location: "global",
    vertex_credentials: upstream.serviceAccountJson,
    api_base: `${url}/vertex`,
  });
  const azure = { api_key: credentials.azureApiKey, api_base: `${url}/azure` };
  return [
    entry("demo", { model: "demo/demo" }),
    entry("bedrock-claude", aws("us-east-1", `us.${SONNET}`)),
    entry("bedrock-opus", aws("us-east-1", "us.anthropic.claude-opus-5-5")),
    entry(
      "bedrock-arn",
      { ...aws("us-east-1", credentials.bedrockProfileArn), ...PRICED },
      { base_model: `us.${SONNET}` },
    ),
    entry("bedrock-nova", { ...aws("us-east-1", "us.amazon.nova-pro-v1:0"), ...PRICED }),
    entry("bedrock-nova-2", { ...aws("us-east-1", "us.amazon.nova-2-lite-v1:0"), ...PRICED }),
    entry("bedrock-llama", {
      ...aws("us-east-1", "us.meta.llama4-maverick-17b-instruct-v1:0"),
      ...PRICED,
    }),
    entry("bedrock-pixtral", {
      ...aws("us-east-1", "us.mistral.pixtral-large-2502-v1:0"),
      ...PRICED,
    }),
    entry("bedrock-gpt-oss", { ...aws("us-west-2", "openai.gpt-oss-120b-1:0"), ...PRICED }),
    entry("bedrock-deepseek", { ...aws("us-west-2", "deepseek.v3-v1:0"), ...PRICED }),
    entry("converse-claude", aws("us-east-1", `converse/us.${SONNET}`)),
    entry("vertex-claude", google("claude-opus-4-6")),
    entry("anthropic-claude", {
      model: "anthropic/claude-sonnet-4-5",
      api_base: `${url}/anthropic`,
      api_key: credentials.anthropicApiKey,
    }),
    entry("gemini-2", google("gemini-2.5-flash")),
    entry("gemini-3", { ...google("gemini-3.8-flash"), ...PRICED }),
    entry("ai-studio", {
      model: "gemini/gemini-2.5-pro",
      api_base: `${url}/aistudio`,
      api_key: credentials.geminiApiKey,
    }),
    entry("azure-gpt", { model: "azure/gpt-4o", api_version: "2024-10-21", ...azure }),
    entry("azure-v1", { model: "azure/gpt-4o", ...azure, api_base: `${url}/azure/openai/v1` }),
    entry("azure-o3", {
      model: "azure/o3",
      ...azure,
      api_base: `${url}/azure/openai/deployments/o3/`,
      api_version: "2025-04-01-preview",
    }),
    entry("openai-gpt", {
      model: "openai/gpt-4.1",
      api_base: `${url}/openai/v1`,
      api_key: credentials.openaiApiKey,
    }),
    entry("compatible", {
      model: "openai/llama-3.3-70b",
      api_base: `${url}/compatible/v1`,
      api_key: credentials.compatibleApiKey,
      ...PRICED,
    }),
    entry("claude", aws("us-east-1", `us.${SONNET}`)),
    entry("claude", aws("us-west-2", `us.${SONNET}`)),
    entry("claude", aws("eu-central-1", `eu.${SONNET}`)),
    entry("unpriced", { model: "openai/nobody-knows", api_key: "x", api_base: `${url}/openai/v1` }),
  ];
}

export function entry(name: string, parameters: object, info: object = {}): object {
  return { model_name: name, litellm_params: parameters, model_info: info };
}

/** Records travel by outbox and queue; they are there within seconds. */
async function waitForRows(gateway: Gateway, key: string, count: number): Promise<CallRow[]> {
  const hash = createHash("sha256").update(key).digest("hex");
  const query = "SELECT * FROM requests WHERE key_hash = ? ORDER BY started_at_ms";
  for (const deadline = Date.now() + 20_000; ; await pause(100)) {
    const rows: unknown = await gateway.sql(query, hash);
    if (Array.isArray(rows) && rows.length >= count) return rows as CallRow[];
    if (Date.now() > deadline) throw new Error(`still not ${count} rows: ${JSON.stringify(rows)}`);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
