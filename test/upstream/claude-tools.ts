import { extra, hasBeta } from "./claude-surfaces.ts";
import type { ClaudeRequest } from "./claude-surfaces.ts";
import { asArray, asObject, isObject, unknownField } from "./json.ts";
import type { JsonObject } from "./json.ts";
import type { Problems } from "./problems.ts";

const TOOL_FIELDS = new Set([
  "type",
  "name",
  "description",
  "input_schema",
  "cache_control",
  "strict",
  "eager_input_streaming",
  "defer_loading",
  "input_examples",
  "allowed_callers",
]);
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/u;

/** Either flag stands for the same feature; the first is Anthropic's name, the second AWS's and Google's. */
const TOOL_SEARCH = ["advanced-tool-use-2025-11-20", "tool-search-tool-2025-10-19"];

/** Tools the model brings along, and where each surface has them. */
const CLIENT_SIDE_TOOL = /^(bash|text_editor|computer|memory)_\d{8}$/u;
const TOOL_SEARCH_TOOL = /^tool_search_tool_(bm25|regex)(_\d{8})?$/u;
const SERVER_SIDE_TOOL = /^(web_search|web_fetch|code_execution|advisor|mcp_toolset)(_\d{8})?$/u;

export function* toolProblems(request: ClaudeRequest): Problems {
  const { body } = request;
  if (body["tools"] !== undefined && !Array.isArray(body["tools"]))
    return yield "tools: Input should be a valid list";
  const tools = asArray(body["tools"]);
  for (const [index, tool] of tools.entries()) {
    if (!isObject(tool))
      return yield `tools.${index}: Input should be a valid dictionary or object to extract fields from`;
    if (tool["type"] === undefined || tool["type"] === "custom" || tool["type"] === null) {
      yield* customToolProblems(request, tool, `tools.${index}.custom`);
    } else {
      yield* builtInToolProblems(request, String(tool["type"]), index);
    }
  }
  const names = tools.map((tool) => asObject(tool)["name"]);
  if (new Set(names).size < names.length) yield "tools: Tool names must be unique.";
  yield* choiceProblems(request, names);
}

function* customToolProblems(request: ClaudeRequest, tool: JsonObject, path: string): Problems {
  const unknown = unknownField(tool, TOOL_FIELDS);
  if (unknown !== undefined) yield extra(`${path}.${unknown}`);
  if (typeof tool["name"] !== "string") yield `${path}.name: Field required`;
  else if (!TOOL_NAME.test(tool["name"]))
    yield `${path}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`;
  if (tool["input_schema"] === undefined) yield `${path}.input_schema: Field required`;
  const schema = asObject(tool["input_schema"]);
  if (schema["type"] === undefined) yield `${path}.input_schema.type: Field required`;
  else if (schema["type"] !== "object") yield `${path}.input_schema.type: Input should be 'object'`;
  for (const field of ["defer_loading", "input_examples"]) {
    if (tool[field] !== undefined && !hasBeta(request, TOOL_SEARCH))
      yield extra(`${path}.${field}`);
  }
  if (request.surface.name !== "bedrock") return;
  // Bedrock knows fine-grained streaming as a beta flag, not as a field, and the newest models no `strict`.
  if (tool["eager_input_streaming"] !== undefined) yield extra(`${path}.eager_input_streaming`);
  if (tool["strict"] !== undefined && request.model.generation >= 4.7)
    yield extra(`${path}.strict`);
}

function* builtInToolProblems(request: ClaudeRequest, type: string, index: number): Problems {
  const { surface } = request;
  const unmatched = `tools.${index}: Input tag '${type}' found using 'type' does not match any of the expected tags: 'bash_20250124', 'custom', 'memory_20250818', 'text_editor_20250124', 'text_editor_20250429', 'text_editor_20250728'`;
  if (TOOL_SEARCH_TOOL.test(type)) {
    if (!hasBeta(request, TOOL_SEARCH)) yield unmatched;
  } else if (SERVER_SIDE_TOOL.test(type)) {
    // AWS runs none of these. Google runs the web search, behind its beta.
    const isOnVertex = type.startsWith("web_search") && hasBeta(request, ["web-search-2025-03-05"]);
    if (surface.name === "bedrock" || (surface.name === "vertex" && !isOnVertex)) yield unmatched;
  } else if (!CLIENT_SIDE_TOOL.test(type)) {
    yield unmatched;
  } else if (
    type.startsWith("computer_") &&
    !hasBeta(request, ["computer-use-2025-01-24", "computer-use-2025-11-24"])
  ) {
    yield unmatched;
  }
}

function* choiceProblems({ body, model }: ClaudeRequest, names: unknown[]): Problems {
  if (body["tool_choice"] === undefined) return;
  const choice = asObject(body["tool_choice"]);
  const type = choice["type"];
  // OpenAI's plain strings ("auto") are the usual leak here.
  if (type !== "auto" && type !== "any" && type !== "tool" && type !== "none") {
    return yield `tool_choice: Input tag '${String(type)}' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'`;
  }
  const unknown = unknownField(choice, new Set(["type", "name", "disable_parallel_tool_use"]));
  if (unknown !== undefined) yield extra(`tool_choice.${type}.${unknown}`);
  if (type === "none" && "disable_parallel_tool_use" in choice)
    yield extra("tool_choice.none.disable_parallel_tool_use");
  if (names.length === 0)
    yield "tool_choice: tool_choice may only be specified while providing tools.";
  if (type === "tool" && choice["name"] === undefined)
    yield "tool_choice.tool.name: Field required";
  if (type === "tool" && !names.includes(choice["name"]))
    yield `Tool '${String(choice["name"])}' not found in provided tools`;
  if (!model.forcedTool && (type === "any" || type === "tool")) {
    yield `tool_choice: type "${type}" is not supported for this model. Use "auto" or "none".`;
  }
}

interface Mark {
  path: string;
  mark: JsonObject;
}

const CACHE_MARKS_MAX = 4;

/** Marks are read in prefix order (tools, system, messages), wherever the body happens to put them. */
export function* cacheProblems(request: ClaudeRequest): Problems {
  const { body, surface, model } = request;
  const marks = ["tools", "system", "messages"].flatMap((field) => marksIn(body[field], field));
  for (const { path, mark } of marks) {
    if (mark["type"] !== "ephemeral") yield `${path}.type: Input should be 'ephemeral'`;
    const unknown = unknownField(mark, new Set(["type", "ttl", "scope"]));
    if (unknown !== undefined) yield extra(`${path}.ephemeral.${unknown}`);
    // A scope shares the cache inside an organisation at Anthropic; elsewhere there is no such thing.
    const mayScope =
      surface.name === "anthropic" && hasBeta(request, ["prompt-caching-scope-2026-01-05"]);
    if ("scope" in mark && !mayScope) yield extra(`${path}.ephemeral.scope`);
    if ("ttl" in mark && surface.name === "bedrock" && model.generation < 4.5)
      yield extra(`${path}.ephemeral.ttl`);
    if ("ttl" in mark && mark["ttl"] !== "5m" && mark["ttl"] !== "1h")
      yield `${path}.ephemeral.ttl: Input should be '5m' or '1h'`;
  }
  const count = marks.length + (isObject(body["cache_control"]) ? 1 : 0);
  if (count > CACHE_MARKS_MAX)
    yield `A maximum of ${CACHE_MARKS_MAX} blocks with cache_control may be provided. Found ${count}.`;
  const firstShort = marks.findIndex(({ mark }) => mark["ttl"] !== "1h");
  const lateLong = marks.find(
    ({ mark }, index) => firstShort >= 0 && index > firstShort && mark["ttl"] === "1h",
  );
  if (lateLong) {
    yield `${lateLong.path}.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: \`tools\`, \`system\`, \`messages\`.`;
  }
}

function marksIn(value: unknown, path: string): Mark[] {
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => marksIn(item, `${path}.${index}`));
  if (!isObject(value)) return [];
  // Arguments and schemas are the caller's own data and may contain any name.
  const below = Object.entries(value).filter(([name]) => name === "content");
  const mark = value["cache_control"];
  const own = isObject(mark) ? [{ path: `${path}.cache_control`, mark }] : [];
  return [...below.flatMap(([name, child]) => marksIn(child, `${path}.${name}`)), ...own];
}
