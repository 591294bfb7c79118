import { sourceProblems } from "./claude-media.ts";
import { outputConfigProblems } from "./claude-output.ts";
import { extra, hasBeta } from "./claude-surfaces.ts";
import type { ClaudeRequest } from "./claude-surfaces.ts";
import { asArray, asObject, asString, isObject, unknownField } from "./json.ts";
import type { JsonObject } from "./json.ts";
import type { Problems } from "./problems.ts";
import type { Signatures } from "./signatures.ts";

interface Turn {
  index: number;
  role: string;
  blocks: JsonObject[];
}

/** A string is short for one text block. */
export function blocksOf(content: unknown): JsonObject[] {
  return typeof content === "string"
    ? [{ type: "text", text: content }]
    : asArray(content).filter(isObject);
}

export function* turnProblems(request: ClaudeRequest, signatures: Signatures): Problems {
  const messages = request.body["messages"];
  if (messages === undefined) yield "messages: Field required";
  if (!Array.isArray(messages)) return yield "messages: Input should be a valid list";
  if (messages.length === 0) yield "messages: at least one message is required";
  const turns: Turn[] = [];
  for (const [index, message] of messages.entries()) {
    if (!isObject(message))
      return yield `messages.${index}: Input should be a valid dictionary or object to extract fields from`;
    yield* messageProblems(request, message, index);
    turns.push({ index, role: asString(message["role"]), blocks: blocksOf(message["content"]) });
  }
  if (turns[0]?.role !== "user") yield 'messages: first message must use the "user" role';
  yield* systemTurnProblems(turns);
  for (const turn of turns) yield* blockProblems(request, signatures, turn);
  yield* pairingProblems(merge(turns));
  yield* lastTurnProblems(request, turns);
}

function* messageProblems(request: ClaudeRequest, message: JsonObject, index: number): Problems {
  const { model, surface } = request;
  const role = message["role"];
  if (role === "system" && !model.systemTurns) {
    yield `messages.${index}.role: Unexpected role "system". The Messages API accepts a top-level \`system\` parameter, not "system" as an input message role.`;
  } else if (role !== "user" && role !== "assistant" && role !== "system") {
    yield `messages.${index}.role: Input should be 'user' or 'assistant'`;
  }
  const perTurn =
    surface.name === "bedrock"
      ? "mid-conversation-output-config-2026-07-01"
      : "per-turn-control-2026-07-01";
  if ("output_config" in message) {
    if (!hasBeta(request, [perTurn])) yield extra(`messages.${index}.output_config`);
    yield* outputConfigProblems(
      asObject(message["output_config"]),
      `messages.${index}.output_config`,
      request,
    );
  }
  const unknown = unknownField(message, new Set(["role", "content", "output_config"]));
  if (unknown !== undefined) yield extra(`messages.${index}.${unknown}`);
  const content = message["content"];
  if (content === undefined) yield `messages.${index}.content: Field required`;
  if (typeof content !== "string" && !Array.isArray(content))
    yield `messages.${index}.content: Input should be a valid list`;
  if (content === "" || (Array.isArray(content) && content.length === 0)) {
    yield `messages.${index}: all messages must have non-empty content except for the optional final assistant message`;
  }
}

/** A system turn follows a user turn and is the last or stands before an assistant turn. */
function* systemTurnProblems(turns: Turn[]): Problems {
  for (const [at, turn] of turns.entries()) {
    if (turn.role !== "system") continue;
    const next = turns[at + 1]?.role;
    if (turns[at - 1]?.role !== "user" || (next !== undefined && next !== "assistant")) {
      yield `messages.${turn.index}: a "system" message must directly follow a "user" message and be last or precede an "assistant" message`;
    }
  }
}

const BLOCK_FIELDS: Record<string, string[]> = {
  text: ["type", "text", "cache_control", "citations"],
  image: ["type", "source", "cache_control"],
  document: ["type", "source", "cache_control", "title", "context", "citations"],
  search_result: ["type", "source", "title", "content", "cache_control", "citations"],
  tool_result: ["type", "tool_use_id", "content", "is_error", "cache_control"],
  tool_use: ["type", "id", "name", "input", "cache_control", "caller"],
  thinking: ["type", "thinking", "signature"],
  redacted_thinking: ["type", "data"],
};
const BLOCKS_OF_ROLE: Record<string, string[]> = {
  user: ["text", "image", "document", "search_result", "tool_result"],
  assistant: ["text", "thinking", "redacted_thinking", "tool_use"],
  system: ["text"],
};
/** What server-side tools leave in the history; echoed back and not looked into. */
const SERVER_BLOCK =
  /^(server_tool_use|container_upload|mcp_tool_use|mcp_tool_result|compaction|tool_reference|\w+_tool_result)$/u;

function* blockProblems(request: ClaudeRequest, signatures: Signatures, turn: Turn): Problems {
  for (const [index, block] of turn.blocks.entries()) {
    const type = asString(block["type"]);
    const path = `messages.${turn.index}.content.${index}`;
    const fields = BLOCK_FIELDS[type];
    if (!fields) {
      if (SERVER_BLOCK.test(type)) continue;
      yield `${path}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${Object.keys(
        BLOCK_FIELDS,
      )
        .map((name) => `'${name}'`)
        .join(", ")}`;
      continue;
    }
    if (!(BLOCKS_OF_ROLE[turn.role] ?? []).includes(type)) yield misplaced(type, turn);
    const unknown = unknownField(block, new Set(fields));
    if (unknown !== undefined) yield extra(`${path}.${type}.${unknown}`);
    yield* contentProblems(request, signatures, block, path);
  }
}

function misplaced(type: string, turn: Turn): string {
  if (type === "tool_use")
    return `messages.${turn.index}: \`tool_use\` blocks can only be in \`assistant\` messages`;
  if (type === "tool_result")
    return `messages.${turn.index}: \`tool_result\` blocks can only be in \`user\` messages`;
  return `messages.${turn.index}: \`${type}\` blocks are not permitted in \`${turn.role}\` messages`;
}

const TOOL_ID = /^[a-zA-Z0-9_-]+$/u;

function* contentProblems(
  request: ClaudeRequest,
  signatures: Signatures,
  block: JsonObject,
  path: string,
): Problems {
  switch (block["type"]) {
    case "text":
      yield* textProblems(block, path);
      yield* citationProblems(block, path);
      break;
    case "image":
    case "document":
      yield* sourceProblems(block, path, request.surface);
      break;
    case "tool_use":
      if (!TOOL_ID.test(asString(block["id"])))
        yield `${path}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`;
      // OpenAI's arguments are a string; these are an object.
      if (!isObject(block["input"]))
        yield `${path}.tool_use.input: Input should be a valid dictionary`;
      if (typeof block["name"] !== "string") yield `${path}.tool_use.name: Field required`;
      break;
    case "tool_result":
      if (!TOOL_ID.test(asString(block["tool_use_id"])))
        yield `${path}.tool_result.tool_use_id: String should match pattern '^[a-zA-Z0-9_-]+$'`;
      for (const [index, inner] of blocksOf(
        block["content"] === "" ? [] : block["content"],
      ).entries()) {
        yield* contentProblems(request, signatures, inner, `${path}.tool_result.content.${index}`);
      }
      break;
    case "thinking":
      if (typeof block["signature"] !== "string")
        yield `${path}.thinking.signature: Field required`;
      // The proof must come back byte for byte, or the model would read thoughts it never had.
      if (
        !signatures.isGenuine("claude", asString(block["signature"]), asString(block["thinking"]))
      ) {
        yield `${path}: Invalid \`signature\` in \`thinking\` block`;
      }
      break;
    case "redacted_thinking":
      if (!signatures.isGenuine("claude-redacted", asString(block["data"]))) {
        yield `${path}: Invalid \`data\` in \`redacted_thinking\` block`;
      }
  }
}

/** A page that Anthropic's own search did not find cannot be cited. */
function* citationProblems(block: JsonObject, path: string): Problems {
  for (const [index, citation] of asArray(block["citations"]).map(asObject).entries()) {
    if (citation["type"] !== "web_search_result_location") continue;
    if (asString(citation["encrypted_index"]) === "")
      yield `${path}.text.citations.${index}: Invalid \`encrypted_index\` in \`web_search_result_location\``;
  }
}

function* textProblems(block: JsonObject, path: string): Problems {
  if (typeof block["text"] !== "string") return yield `${path}.text.text: Field required`;
  if (block["text"] === "") yield "messages: text content blocks must be non-empty";
  if (block["text"].trim() === "")
    yield "messages: text content blocks must contain non-whitespace text";
}

/** Neighbours of one role are one turn to the model. */
function merge(turns: Turn[]): Turn[] {
  const merged: Turn[] = [];
  for (const turn of turns) {
    const previous = merged.at(-1);
    if (previous?.role === turn.role) previous.blocks = [...previous.blocks, ...turn.blocks];
    else if (turn.role !== "system") merged.push({ ...turn });
  }
  return merged;
}

/** Every call is answered in the very next user turn, results first, and nothing else is answered. */
function* pairingProblems(turns: Turn[]): Problems {
  for (const [at, turn] of turns.entries()) {
    if (turn.role === "assistant") {
      const open = idsOf(turn, "tool_use", "id");
      const next = turns[at + 1];
      const answered = new Set(next ? leadingResults(next) : []);
      const missing = open.filter((id) => !answered.has(id));
      if (missing.length > 0) {
        yield `messages.${turn.index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
      }
      if (new Set(open).size < open.length)
        yield `messages.${turn.index}: \`tool_use\` ids must be unique`;
    }
    const called = new Set(turns[at - 1] ? idsOf(turns[at - 1], "tool_use", "id") : []);
    for (const [index, block] of turn.blocks.entries()) {
      if (block["type"] !== "tool_result" || called.has(asString(block["tool_use_id"]))) continue;
      yield `messages.${turn.index}.content.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${asString(block["tool_use_id"])}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`;
    }
  }
}

function leadingResults(turn: Turn): string[] {
  const end = turn.blocks.findIndex((block) => block["type"] !== "tool_result");
  const leading = end < 0 ? turn.blocks : turn.blocks.slice(0, end);
  return leading.map((block) => asString(block["tool_use_id"]));
}

function idsOf(turn: Turn | undefined, type: string, field: string): string[] {
  return (turn?.blocks ?? [])
    .filter((block) => block["type"] === type)
    .map((block) => asString(block[field]));
}

function* lastTurnProblems(request: ClaudeRequest, turns: Turn[]): Problems {
  const { body, model } = request;
  const usesTools = turns.some((turn) => turn.blocks.some((block) => block["type"] === "tool_use"));
  if (usesTools && asArray(body["tools"]).length === 0) {
    yield "Requests which have `tool_use` or `tool_result` blocks in messages must define tools.";
  }
  const last = turns.at(-1);
  if (last?.role === "assistant") {
    if (!model.prefill)
      yield "This model does not support assistant message prefill. The conversation must end with a user message.";
    const text = asString(last.blocks.at(-1)?.["text"]);
    if (text !== text.trimEnd())
      yield "messages: final assistant content cannot end with trailing whitespace";
  }
  yield* toolLoopProblems(body, turns);
}

/** With a thinking budget, the assistant turn of a running tool loop must still begin with its thinking. */
function* toolLoopProblems(body: JsonObject, turns: Turn[]): Problems {
  if (asObject(body["thinking"])["type"] !== "enabled") return;
  const isLoop = turns.at(-1)?.blocks.some((block) => block["type"] === "tool_result") ?? false;
  const turn = merge(turns).findLast((candidate) => candidate.role === "assistant");
  const first = asString(turn?.blocks[0]?.["type"]);
  if (!turn || (!isLoop && turns.at(-1)?.role !== "assistant")) return;
  if (first !== "thinking" && first !== "redacted_thinking") {
    yield `messages.${turn.index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking`;
  }
}
