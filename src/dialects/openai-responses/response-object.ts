import type { Json, JsonObject } from "../../core/json.ts";
import type { AnswerContext } from "../dialect.ts";

/** What this grammar's answers repeat of their requests, and what it means when nothing was said. */
const REPEATED: Record<string, Json> = {
  instructions: null,
  max_output_tokens: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  temperature: null,
  text: { format: { type: "text" } },
  tool_choice: "auto",
  tools: [],
  top_p: null,
  truncation: "disabled",
};

/** An answer without its contents. */
export function responseShell({ model, createdAtMs, request = {} }: AnswerContext): JsonObject {
  const repeated: JsonObject = {};
  for (const [name, absent] of Object.entries(REPEATED)) repeated[name] = request[name] ?? absent;
  return {
    object: "response",
    created_at: Math.floor(createdAtMs / 1000),
    background: false,
    error: null,
    incomplete_details: null,
    model,
    ...repeated,
    // Nothing is kept here, whatever was asked for.
    store: false,
    usage: null,
  };
}
