import type { Capabilities } from "./capability.ts";

/**
 * What an entry of `model_list` states in `model_info`, by LiteLLM's names. It is about this very
 * deployment, and so it wins over what is known of the model.
 */
export function withModelInfo(
  known: Capabilities,
  info: Readonly<Record<string, unknown>>,
): Capabilities {
  const reasons = flagIn(info, "supports_reasoning");
  return {
    ...known,
    ...(reasons !== undefined && { reasoning: reasoningOf(known, reasons) }),
    tools: flagIn(info, "supports_function_calling") ?? known.tools,
    forcedTools: flagIn(info, "supports_tool_choice") ?? known.forcedTools,
    prefill: flagIn(info, "supports_assistant_prefill") ?? known.prefill,
    schemaOutput: flagIn(info, "supports_response_schema") ?? known.schemaOutput,
    vision: flagIn(info, "supports_vision") ?? known.vision,
    caching: flagIn(info, "supports_prompt_caching") ?? known.caching,
    maxOutputTokens: numberIn(info, "max_output_tokens") ?? known.maxOutputTokens,
    maxInputTokens: numberIn(info, "max_input_tokens") ?? known.maxInputTokens,
  };
}

/** LiteLLM's word says that a model reasons and not how it is asked to; most are by an effort. */
function reasoningOf({ reasoning }: Capabilities, reasons: boolean): Capabilities["reasoning"] {
  if (!reasons) return "none";
  return reasoning === "none" ? "effort" : reasoning;
}

function flagIn(info: Readonly<Record<string, unknown>>, name: string): boolean | undefined {
  const value = info[name];
  return typeof value === "boolean" ? value : undefined;
}

function numberIn(info: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = info[name];
  return typeof value === "number" ? value : undefined;
}
