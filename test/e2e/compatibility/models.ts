import { otherKey } from "../../upstream/others.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { entry } from "../world.ts";

/** Models of the e2e world and of `furtherModels`, by what readers know them as. */
export const MODELS: [group: string, models: Record<string, string>][] = [
  [
    "Claude",
    {
      "anthropic-claude": "Anthropic, Claude Sonnet 4.5",
      "bedrock-claude": "Bedrock, Claude Sonnet 4.5",
      "bedrock-opus": "Bedrock, Claude Opus 5.5",
      "converse-claude": "Bedrock by Converse, Claude Sonnet 4.5",
      "vertex-claude": "Vertex AI, Claude Opus 4.6",
    },
  ],
  [
    "Bedrock's other models, by Converse",
    {
      "bedrock-nova": "Nova Pro",
      "bedrock-nova-2": "Nova 2 Lite",
      "bedrock-llama": "Llama 4 Maverick",
      "bedrock-pixtral": "Mistral, Pixtral Large",
      "bedrock-gpt-oss": "gpt-oss-120b",
      "bedrock-deepseek": "DeepSeek V3",
    },
  ],
  [
    "Gemini",
    {
      "gemini-2": "Vertex AI, Gemini 2.5 Flash",
      "gemini-3": "Vertex AI, Gemini 3.8 Flash",
      "ai-studio": "AI Studio, Gemini 2.5 Pro",
    },
  ],
  [
    "OpenAI",
    {
      "openai-gpt": "OpenAI, GPT-4.1",
      "openai-thinking": "OpenAI, GPT-5",
      "responses-thinking": "OpenAI by Responses, GPT-5",
      "azure-gpt": "Azure, GPT-4o",
      "azure-o3": "Azure, o3",
    },
  ],
  [
    "Other vendors",
    {
      mistral: "Mistral, Mistral Large",
      groq: "Groq, gpt-oss-120b",
      deepseek: "DeepSeek, V4 Pro",
      xai: "xAI, Grok 4.6",
      together_ai: "Together AI, Kimi K2.6",
      fireworks_ai: "Fireworks, DeepSeek V4 Pro",
      perplexity: "Perplexity, Sonar Pro",
      openrouter: "OpenRouter, Claude Sonnet 4.5",
      cerebras: "Cerebras, gpt-oss-120b",
      cloudflare: "Cloudflare Workers AI, Llama 4 Scout",
      nvidia_nim: "NVIDIA NIM, Llama 3.3 70B",
    },
  ],
  [
    "Servers of one's own",
    {
      hosted_vllm: "vLLM",
      huggingface: "Hugging Face TGI",
      ollama: "Ollama, Qwen3 VL",
      compatible: "any OpenAI-compatible server",
      demo: "Demo",
    },
  ],
];

/** Under LiteLLM's word for the vendor: its model, and where the stand-in listens. */
const OTHERS: Record<string, [model: string, path: string]> = {
  mistral: ["mistral-large-latest", "mistral/v1"],
  groq: ["openai/gpt-oss-120b", "groq/openai/v1"],
  deepseek: ["deepseek-v4-pro", "deepseek"],
  xai: ["grok-4.6", "xai/v1"],
  together_ai: ["moonshotai/Kimi-K2.6", "together/v1"],
  fireworks_ai: ["deepseek-v4-pro", "fireworks/inference/v1"],
  perplexity: ["sonar-pro", "perplexity"],
  openrouter: ["anthropic/claude-sonnet-4.5", "openrouter/api/v1"],
  cerebras: ["gpt-oss-120b", "cerebras/v1"],
  cloudflare: [
    "@cf/meta/llama-4-scout-17b-16e-instruct",
    "cloudflare/client/v4/accounts/standin/ai/v1",
  ],
  nvidia_nim: ["meta/llama-3.3-70b-instruct", "nvidia/v1"],
  huggingface: ["tgi", "huggingface"],
  ollama: ["qwen3-vl", "ollama"],
};

/** $1 and $2 per million tokens. */
const PRICE = { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 };

/** What the e2e world has not. */
export function furtherModels({ url, credentials }: Upstream): object[] {
  const openai = { api_base: `${url}/openai/v1`, api_key: credentials.openaiApiKey };
  const others = Object.entries(OTHERS).map(([name, [model, path]]) => {
    const key = name === "ollama" ? {} : { api_key: otherKey(path.split("/")[0] ?? "") };
    return entry(name, { model: `${name}/${model}`, api_base: `${url}/${path}`, ...key, ...PRICE });
  });
  return [
    entry("openai-thinking", { model: "openai/gpt-5", ...openai }),
    entry("responses-thinking", { model: "openai/responses/gpt-5", ...openai }),
    entry("hosted_vllm", {
      model: "hosted_vllm/Qwen/Qwen3-VL-8B-Instruct",
      api_base: `${url}/compatible/v1`,
      api_key: credentials.compatibleApiKey,
      ...PRICE,
    }),
    ...others,
  ];
}
