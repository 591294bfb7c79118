import * as z from "zod";
import type { ChatRequest, Tool, ToolChoice } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { checked, invalidField, unsupported } from "../checked.ts";
import { jsonSchemaOf } from "./parse-schema.ts";

type ToolFields = Pick<ChatRequest, "tools" | "toolChoice">;

const SCHEMA = z.custom<JsonObject>(isJsonObject, "expected a schema").nullish();

const DECLARATION = z.object({
  name: z.string(),
  description: z.string().nullish(),
  parameters: SCHEMA,
  parametersJsonSchema: SCHEMA,
});

const TOOL = z.looseObject({ functionDeclarations: z.array(DECLARATION).nullish() });

const CHOICE = z.object({
  mode: z.string().nullish(),
  allowedFunctionNames: z.array(z.string()).nullish(),
});

/** Tools and how to choose among them, from a body in camel case. */
export function parseTools(body: JsonObject): ToolFields {
  const tools = checked(z.array(TOOL).nullish(), body.tools, "tools") ?? [];
  const declared = tools.flatMap((tool, index) => {
    refuseGoogles(tool, `tools.${index}`);
    return (tool.functionDeclarations ?? []).map(toolOf);
  });
  const path = "toolConfig.functionCallingConfig";
  const config = isJsonObject(body.toolConfig) ? body.toolConfig.functionCallingConfig : undefined;
  const choice = checked(CHOICE.nullish(), config, path);
  return choice ? narrowed(declared, choice, path) : { tools: declared };
}

/** Searches, sandboxes and maps that run at Google. */
function refuseGoogles(tool: z.infer<typeof TOOL>, path: string): void {
  const [name] = Object.keys(tool).filter((one) => one !== "functionDeclarations");
  if (name === undefined) return;
  throw unsupported(
    `${path}.${name}`,
    "runs at Google, which does not serve this model; leave the tool out or choose a Gemini model",
  );
}

function toolOf(declaration: z.infer<typeof DECLARATION>): Tool {
  const { name, description, parameters, parametersJsonSchema } = declaration;
  const schema = parametersJsonSchema ?? (parameters ? jsonSchemaOf(parameters) : undefined);
  return {
    name,
    description: description ?? undefined,
    schema: schema ?? { type: "object", properties: {} },
  };
}

function narrowed(tools: Tool[], choice: z.infer<typeof CHOICE>, path: string): ToolFields {
  const names = choice.allowedFunctionNames ?? [];
  const allowed = names.length === 0 ? tools : tools.filter(({ name }) => names.includes(name));
  const [only] = names;
  const toolChoice = choiceOf(choice.mode ?? "AUTO", path);
  if (toolChoice.mode === "required" && names.length === 1 && only !== undefined) {
    // All tools stay: taking them away would change the prefix that is cached.
    return { tools, toolChoice: { mode: "tool", name: only } };
  }
  return { tools: allowed, toolChoice };
}

function choiceOf(mode: string, path: string): ToolChoice {
  switch (mode.toUpperCase()) {
    case "AUTO":
    case "MODE_UNSPECIFIED":
    case "VALIDATED":
      return { mode: "auto" };
    case "ANY":
      return { mode: "required" };
    case "NONE":
      return { mode: "none" };
    default:
      throw invalidField(
        `${path}.mode`,
        `"${mode}" is not a mode; expected AUTO, ANY, NONE or VALIDATED`,
      );
  }
}
