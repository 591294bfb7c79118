import * as z from "zod";
import type { ChatRequest, Effort, Reasoning } from "../../core/chat.ts";
import type { Json } from "../../core/json.ts";
import { checked } from "../checked.ts";

const EFFORT = z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);

/** What callers say to a model beside the grammar, in the words of that model's own API. */
const EXTRAS = z.looseObject({
  thinking: z
    .object({
      type: z.enum(["enabled", "adaptive", "disabled"]),
      budget_tokens: z.number().int().positive().optional(),
      display: z.string().nullish(),
    })
    .nullish(),
  output_config: z.object({ effort: EFFORT.nullish() }).nullish(),
  reasoning_effort: EFFORT.nullish(),
  reasoningConfig: z
    .object({ type: z.string().optional(), maxReasoningEffort: EFFORT.optional() })
    .nullish(),
  top_k: z.number().nullish(),
  inferenceConfig: z.object({ topK: z.number().nullish() }).nullish(),
  tool_choice: z.object({ disable_parallel_tool_use: z.boolean().nullish() }).nullish(),
});
type Extras = z.infer<typeof EXTRAS>;

export type ParsedExtras = Pick<ChatRequest, "reasoning" | "parallelToolCalls" | "ignored"> & {
  topK: number | undefined;
};

const PATH = "additionalModelRequestFields";

/** Flags are heard elsewhere; see `unwrap`. */
const KNOWN = new Set([...Object.keys(EXTRAS.shape), "anthropic_beta"]);

/** `effort` is the grammar's own word for how hard to think (`outputConfig.effort`). */
export function parseExtras(fields: Json | undefined, effort: Effort | undefined): ParsedExtras {
  const extras = checked(EXTRAS, fields ?? {}, PATH);
  return {
    reasoning: reasoningOf(extras, effort),
    parallelToolCalls: extras.tool_choice?.disable_parallel_tool_use ? false : undefined,
    topK: extras.top_k ?? extras.inferenceConfig?.topK ?? undefined,
    ignored: Object.keys(extras)
      .filter((name) => !KNOWN.has(name))
      .map((name) => `${PATH}.${name}`),
  };
}

function reasoningOf(extras: Extras, stated: Effort | undefined): Reasoning | undefined {
  const { thinking, reasoningConfig } = extras;
  const effort =
    stated ??
    extras.output_config?.effort ??
    extras.reasoning_effort ??
    reasoningConfig?.maxReasoningEffort;
  if (!thinking) {
    if (reasoningConfig?.type === "disabled" || effort === "none") return { mode: "off" };
    return effort ? { mode: "bounded", effort, visible: true } : undefined;
  }
  const visible = thinking.display !== "omitted";
  switch (thinking.type) {
    case "disabled":
      return { mode: "off" };
    case "adaptive":
      return { mode: "adaptive", effort, visible };
    case "enabled":
      return { mode: "bounded", budgetTokens: thinking.budget_tokens, effort, visible };
  }
}

export { EFFORT };
