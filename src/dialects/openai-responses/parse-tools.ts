import * as z from "zod";
import type { Tool, ToolChoice } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { checked, invalidField, unsupported } from "../checked.ts";
import { objectIn, textIn } from "../lenient.ts";
import { flatName, FREE_TEXT, TOOL_SEARCH, toolLists } from "./tool-names.ts";

export interface ParsedTools {
  tools: Tool[];
  toolChoice?: ToolChoice;
  /** Hosted tools that were left out. */
  ignored: string[];
}

const TOOL = z.looseObject({ type: z.string() });
type RawTool = z.infer<typeof TOOL>;

export function parseTools(body: JsonObject): ParsedTools {
  const ignored = new Set<string>();
  // A tool that was found twice is declared twice; vendors refuse two of one name.
  const tools = new Map<string, Tool>();
  for (const { list, path } of toolLists(body)) {
    const given = checked(z.array(TOOL).nullish(), list, path) ?? [];
    for (const [index, tool] of given.entries()) {
      if (isDispensable(objectIn(tool))) ignored.add(`tools.${tool.type}`);
      else for (const one of parseTool(tool, `${path}.${index}`)) tools.set(one.name, one);
    }
  }
  return { ...narrowed([...tools.values()], body.tool_choice ?? undefined), ignored: [...ignored] };
}

/**
 * Hosted tools that are left out and not refused. Codex offers the web search with every request, and
 * its users cannot keep it from doing so; a model that is not told of it does not miss it. OpenAI's
 * own search for tools is for those it hides from the model, and here none is hidden.
 */
function isDispensable({ type, execution }: JsonObject): boolean {
  const isSearch = type === "tool_search" && execution !== "client";
  return textIn(type).startsWith("web_search") || isSearch;
}

export function translatable(body: JsonObject): JsonObject {
  const { tools } = body;
  if (!Array.isArray(tools)) return body;
  return { ...body, tools: tools.filter((tool) => !isDispensable(objectIn(tool))) };
}

const DECLARED = { name: z.string(), description: z.string().nullish() };
const SCHEMA = z.custom<JsonObject>(isJsonObject, "expected a JSON Schema").nullish();
const FUNCTION = z.object({ ...DECLARED, parameters: SCHEMA, strict: z.boolean().nullish() });
const SEARCH = z.object({ description: z.string().nullish(), parameters: SCHEMA });
const ANYTHING: JsonObject = { type: "object", properties: {} };
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
          schema: parameters ?? ANYTHING,
          strict: strict ?? undefined,
        },
      ];
    }
    case "custom": {
      const custom = checked(CUSTOM, tool, path);
      const description = describeFreeText(custom);
      return [{ name: flatName(custom.name, namespace), description, schema: FREE_TEXT }];
    }
    case "tool_search": {
      const search = checked(SEARCH, tool, path);
      const { description, schema } = { ...search, schema: search.parameters ?? ANYTHING };
      return [{ name: TOOL_SEARCH, description: description ?? undefined, schema }];
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
