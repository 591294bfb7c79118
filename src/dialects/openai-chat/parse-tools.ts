import * as z from "zod";
import type { ChatRequest, Tool, ToolChoice } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { CACHE_CONTROL, cacheMark } from "../cache-control.ts";
import { checked, invalidField, unsupported } from "../checked.ts";
import { FREE_TEXT } from "../openai-responses/tool-names.ts";
import { callForms } from "./call-forms.ts";

type ToolFields = Pick<ChatRequest, "tools" | "toolChoice" | "parallelToolCalls">;

export function parseTools(body: JsonObject): ToolFields {
  const tools =
    checked(z.array(z.looseObject({ type: z.string() })).nullish(), body.tools, "tools") ?? [];
  const functions = checked(z.array(z.unknown()).nullish(), body.functions, "functions") ?? [];
  const all = [
    ...tools.map((tool, index) => parseTool(tool, `tools.${index}`)),
    ...functions.map((called, index) =>
      functionTool(checked(FUNCTION, called, `functions.${index}`)),
    ),
  ];
  const { parallel_tool_calls: isParallel } = checked(PARALLEL, body, "");
  return {
    ...narrowed(all, body.tool_choice ?? body.function_call ?? undefined),
    // Who declares functions has room for one call.
    parallelToolCalls: callForms(body).isLegacy ? false : (isParallel ?? undefined),
  };
}

const PARALLEL = z.object({ parallel_tool_calls: z.boolean().nullish() });

const FUNCTION = z.object({
  name: z.string(),
  description: z.string().nullish(),
  parameters: z.custom<JsonObject>(isJsonObject, "expected a JSON Schema").nullish(),
  strict: z.boolean().nullish(),
  cache_control: CACHE_CONTROL,
});

const FUNCTION_TOOL = z.object({ function: FUNCTION, cache_control: CACHE_CONTROL });
const CUSTOM_TOOL = z.object({
  custom: z.object({
    name: z.string(),
    description: z.string().nullish(),
    format: z
      .object({
        grammar: z
          .object({ syntax: z.string().nullish(), definition: z.string().nullish() })
          .nullish(),
      })
      .nullish(),
  }),
});

function parseTool(tool: { type: string }, path: string): Tool {
  switch (tool.type) {
    case "function": {
      const { function: called, cache_control } = checked(FUNCTION_TOOL, tool, path);
      return functionTool({ ...called, cache_control: cache_control ?? called.cache_control });
    }
    case "custom": {
      const { custom } = checked(CUSTOM_TOOL, tool, path);
      return { name: custom.name, description: describeFreeText(custom), schema: FREE_TEXT };
    }
    default:
      throw unsupported(
        `${path}.type`,
        `"${tool.type}" tools do not exist at this model's vendor; use "function"`,
      );
  }
}

/** Nobody else enforces a grammar, but a model can be told of it. */
function describeFreeText({
  description,
  format,
}: z.infer<typeof CUSTOM_TOOL>["custom"]): string | undefined {
  const { syntax, definition } = format?.grammar ?? {};
  const grammar = definition
    ? `The input must follow this ${syntax ?? ""} grammar:\n${definition}`
    : undefined;
  return [description, grammar].filter(Boolean).join("\n\n") || undefined;
}

function functionTool(called: z.infer<typeof FUNCTION>): Tool {
  return {
    name: called.name,
    description: called.description ?? undefined,
    schema: called.parameters ?? { type: "object", properties: {} },
    strict: called.strict ?? undefined,
    cache: cacheMark(called.cache_control),
  };
}

const NAMED = z.object({ name: z.string() });
const REFERENCE = z.object({
  function: NAMED.optional(),
  custom: NAMED.optional(),
  name: z.string().optional(),
});
const CHOICE = REFERENCE.extend({
  allowed_tools: z
    .object({ mode: z.enum(["auto", "required"]), tools: z.array(REFERENCE) })
    .optional(),
});

function nameIn(reference: z.infer<typeof REFERENCE>): string | undefined {
  return reference.function?.name ?? reference.custom?.name ?? reference.name;
}

/** The tools the model may choose from, and how it must choose. */
function narrowed(tools: Tool[], value: unknown): ToolFields {
  if (typeof value === "string") return { tools, toolChoice: choiceOfWord(value) };
  if (value === undefined) return { tools };
  const choice = checked(CHOICE, value, "tool_choice");
  if (choice.allowed_tools) {
    const { mode, tools: allowed } = choice.allowed_tools;
    const names = allowed.map(nameIn);
    return { tools: tools.filter((tool) => names.includes(tool.name)), toolChoice: { mode } };
  }
  const name = nameIn(choice);
  if (name === undefined) throw invalidField("tool_choice.function.name", "Field required");
  return { tools, toolChoice: { mode: "tool", name } };
}

function choiceOfWord(word: string): ToolChoice {
  switch (word) {
    case "auto":
    case "none":
    case "required":
      return { mode: word };
    case "any":
      return { mode: "required" };
    default:
      throw invalidField(
        "tool_choice",
        `"${word}" is not a choice; expected auto, none, required or a function`,
      );
  }
}
