import type { ChatRequest } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";
import { renderOpenAiTools, type ToolWords } from "../openai-tools.ts";

export function renderTools(request: ChatRequest, target: RenderTarget): JsonObject {
  return renderOpenAiTools(request, target, WORDS);
}

const WORDS: ToolWords = {
  tool: ({ name, description, schema, strict }) => ({
    type: "function",
    name,
    ...(description === undefined ? {} : { description }),
    parameters: schema,
    // Here alone a tool is strict unless somebody says otherwise.
    strict: strict ?? false,
  }),
  only: (name) => ({ type: "function", name }),
};
