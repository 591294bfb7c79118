import * as z from "zod";
import type { Tool, ToolChoice } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { checked, invalidField, unsupported } from "../checked.ts";
import { flatName, FREE_TEXT } from "./tool-names.ts";

export interface ParsedTools {
  tools: Tool[];
  toolChoice?: ToolChoice;
  /** Hosted tools that were left out. */
  ignored: string[];
}

const TOOL = z.looseObject({ type: z.string() });
type RawTool = z.infer<typeof TOOL>;

export function parseTools(body: JsonObject): ParsedTools {
  const given = checked(z.array(TOOL).nullish(), body.tools, "tools") ?? [];
  const ignored = given.filter(isWebSearch).map((tool) => `tools.${tool.type}`);
  const tools = given.flatMap((tool, index) =>
    isWebSearch(tool) ? [] : parseTool(tool, `tools.${index}`),
  );
  return { ...narrowed(tools, body.tool_choice ?? undefined), ignored };
}

/**
 * The one hosted tool that is left out and not refused: Codex offers it with every request, and its
 * users cannot keep it from doing so. A model that is not told of a search does not miss it.
 */
function isWebSearch({ type }: RawTool): boolean {
  return type.startsWith("web_search");
}

const DECLARED = { name: z.string(), description: z.string().nullish() };
const FUNCTION = z.object({
  ...DECLARED,
  parameters: z.custom<JsonObject>(isJsonObject, "expected a JSON Schema").nullish(),
  strict: z.boolean().nullish(),
});
const CUSTOM = z.object({
  ...DECLARED,
  format: z
    .looseObject({ syntax: z.string().nullish(), definition: z.string().nullish() })
    .nullish(),
});
const NAMESPACE = z.object({ name: z.string(), tools: z.array(TOOL) });

function parseTool(tool: RawTool, path: string, namespace?: string): Tool[] {
  switch (tool.type) {
    case "function": {
      const { name, description, parameters, strict } = checked(FUNCTION, tool, path);
      return [
        {
          name: flatName(name, namespace),
          description: description ?? undefined,
          schema: parameters ?? { type: "object", properties: {} },
          strict: strict ?? undefined,
        },
      ];
    }
    case "custom": {
      const custom = checked(CUSTOM, tool, path);
      const description = describeFreeText(custom);
      return [{ name: flatName(custom.name, namespace), description, schema: FREE_TEXT }];
    }
    case "namespace": {
      const { name, tools } = checked(NAMESPACE, tool, path);
      return tools.flatMap((inner, index) => parseTool(inner, `${path}.tools.${index}`, name));
    }
    default:
      throw unsupported(
        `${path}.type`,
        `"${tool.type}" tools do not exist at this model's vendor; use "function"`,
      );
  }
}

/** Nobody else enforces a grammar, but a model can be told of it. */
function describeFreeText({ description, format }: z.infer<typeof CUSTOM>): string | undefined {
  const grammar = format?.definition
    ? `The input must follow this ${format.syntax ?? ""} grammar:\n${format.definition}`
    : undefined;
  const told = [description ?? undefined, grammar].filter((text) => text !== undefined);
  return told.length === 0 ? undefined : told.join("\n\n");
}

const REFERENCE = z.looseObject({
  type: z.string(),
  name: z.string().nullish(),
  namespace: z.string().nullish(),
});
const CHOICE = REFERENCE.extend({
  mode: z.enum(["auto", "required"]).nullish(),
  tools: z.array(REFERENCE).nullish(),
});

/** The tools the model may choose from, and how it must choose. */
function narrowed(tools: Tool[], value: unknown): Pick<ParsedTools, "tools" | "toolChoice"> {
  if (value === undefined) return { tools };
  if (typeof value === "string") return { tools, toolChoice: choiceOfWord(value) };
  const choice = checked(CHOICE, value, "tool_choice");
  switch (choice.type) {
    case "function":
    case "custom":
      return { tools, toolChoice: { mode: "tool", name: nameOf(choice) } };
    case "allowed_tools": {
      const names = (choice.tools ?? []).filter((one) => one.name).map(nameOf);
      const allowed = tools.filter((tool) => names.includes(tool.name));
      return { tools: allowed, toolChoice: { mode: choice.mode ?? "auto" } };
    }
    default:
      throw unsupported(
        "tool_choice.type",
        `"${choice.type}" tools do not exist at this model's vendor; use "function"`,
      );
  }
}

function nameOf({ name, namespace }: z.infer<typeof REFERENCE>): string {
  if (!name) throw invalidField("tool_choice.name", "Field required");
  return flatName(name, namespace ?? undefined);
}

function choiceOfWord(word: string): ToolChoice {
  switch (word) {
    case "auto":
    case "none":
    case "required":
      return { mode: word };
    default:
      throw invalidField(
        "tool_choice",
        `"${word}" is not a choice; expected auto, none, required or a tool`,
      );
  }
}
