import { invalid, strangers } from "./cohere-problem.ts";
import type { CohereModel, CohereProblem } from "./cohere-problem.ts";
import { asArray, asObject, asString } from "./json.ts";
import type { JsonObject } from "./json.ts";
import type { Problems } from "./problems.ts";

const MEMBERS: Record<string, readonly string[]> = {
  system: ["role", "content"],
  user: ["role", "content"],
  assistant: ["role", "content", "tool_calls", "tool_plan", "citations"],
  tool: ["role", "content", "tool_call_id"],
};

/** The kinds of content each role may have, and the member that holds it. */
const CONTENT: Record<string, Record<string, string>> = {
  system: { text: "text" },
  user: { text: "text", image_url: "image_url" },
  assistant: { text: "text", thinking: "thinking" },
  tool: { text: "text", document: "document" },
};

export function* cohereMessageProblems(
  body: JsonObject,
  model: CohereModel,
): Problems<CohereProblem> {
  const messages = asArray(body["messages"]).map(asObject);
  if (messages.length === 0) yield invalid("list of messages must not be empty");
  for (const [index, message] of messages.entries()) {
    const role = asString(message["role"]);
    const known = MEMBERS[role];
    if (known === undefined) return yield invalid(`role '${role}' is not valid`);
    yield* strangers(message, known);
    if (role === "system" && index > 0) yield invalid("system turn must be the first in the list");
    yield* contentProblems(message, role, model);
    yield* callProblems(message);
  }
  yield* orderProblems(messages);
}

function* contentProblems(
  message: JsonObject,
  role: string,
  model: CohereModel,
): Problems<CohereProblem> {
  const { content } = message;
  const hasCalls = asArray(message["tool_calls"]).length > 0;
  const isEmpty = content === undefined || content === "" || asArray(content).length === 0;
  if (isEmpty && typeof content !== "string" && !(role === "assistant" && hasCalls))
    yield invalid("all elements in history must have a message.");
  if (content === "") yield invalid("message must not be empty in a turn");
  for (const part of asArray(content).map(asObject)) {
    const type = asString(part["type"]);
    const member = CONTENT[role]?.[type];
    if (member === undefined)
      return yield invalid(`content of type '${type}' is not valid for role ${role}`);
    yield* strangers(part, ["type", member]);
    if (part[member] === undefined || part[member] === "")
      yield invalid("message must not be empty in a turn");
    if (type === "image_url" && !model.sees)
      yield invalid("image content is not supported by this model");
  }
}

function* callProblems(message: JsonObject): Problems<CohereProblem> {
  const calls = asArray(message["tool_calls"]).map(asObject);
  if (Array.isArray(message["tool_calls"]) && calls.length === 0)
    yield invalid("list of tool calls must not be empty");
  if (message["tool_plan"] !== undefined && calls.length === 0)
    yield invalid("tool_plan can only be specified with tool calls");
  for (const call of calls) {
    yield* strangers(call, ["id", "type", "function"]);
    const called = asObject(call["function"]);
    yield* strangers(called, ["name", "arguments"]);
    if (asString(call["id"]) === "") yield invalid("all tool calls must have an id");
    if (call["type"] !== "function" || typeof called["arguments"] !== "string")
      yield invalid("all tool calls must be functions with arguments");
  }
}

/** Every call is answered right after it, and nothing is answered that nobody asked. */
function* orderProblems(messages: JsonObject[]): Problems<CohereProblem> {
  let waiting = new Set<string>();
  for (const message of messages) {
    if (message["role"] === "tool") {
      const id = asString(message["tool_call_id"]);
      if (!waiting.delete(id))
        yield invalid(`tool_call_id '${id}' not found in the previous tool calls`);
      continue;
    }
    if (waiting.size > 0) yield invalid("all tool calls must be followed by their results");
    const calls = asArray(message["tool_calls"]).map(asObject);
    waiting = new Set(calls.map((call) => asString(call["id"])));
  }
  if (waiting.size > 0) yield invalid("all tool calls must be followed by their results");
  const last = messages.at(-1)?.["role"];
  if (last !== "user" && last !== "tool")
    yield invalid("the last message must be of the user or of a tool");
}
