import { emptyArray } from "./chat-problem.ts";
import type { ChatProblem } from "./chat-problem.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { parseDataUri, sniffMediaType } from "./media.ts";
import type { Problems } from "./problems.ts";

const ROLES = ["system", "assistant", "user", "function", "tool", "developer"];
const MESSAGE_FIELDS: Record<string, string[]> = {
  assistant: [
    "role",
    "content",
    "name",
    "refusal",
    "audio",
    "tool_calls",
    "function_call",
    "annotations",
  ],
  tool: ["role", "content", "tool_call_id"],
};
const PLAIN_FIELDS = ["role", "content", "name"];
const CALL_ID_CHARACTERS_MAX = 40;

export function* chatMessageProblems(body: JsonObject): Problems<ChatProblem> {
  const messages = body["messages"];
  if (messages === undefined) {
    return yield {
      message: "Missing required parameter: 'messages'.",
      param: "messages",
      code: "missing_required_parameter",
    };
  }
  if (!Array.isArray(messages))
    return yield {
      message: "Invalid type for 'messages': expected an array of objects.",
      param: "messages",
      code: "invalid_type",
    };
  if (messages.length === 0) yield emptyArray("messages");
  for (const [index, message] of messages.map(asObject).entries()) {
    yield* fieldProblems(message, `messages[${index}]`);
    yield* contentProblems(message, `messages[${index}]`, index);
    yield* callProblems(message, `messages[${index}]`);
  }
  yield* pairingProblems(messages.map(asObject));
}

function* fieldProblems(message: JsonObject, path: string): Problems<ChatProblem> {
  const role = asString(message["role"]);
  if (!ROLES.includes(role)) {
    const values = ROLES.map((name) => `'${name}'`).join(", ");
    yield {
      message: `Invalid value: '${role}'. Supported values are: ${values}.`,
      param: `${path}.role`,
      code: "invalid_value",
    };
  }
  const allowed = MESSAGE_FIELDS[role] ?? PLAIN_FIELDS;
  // `cache_control`, `reasoning_content` and other vendors' additions end here.
  const unknown = Object.keys(message).find((name) => !allowed.includes(name));
  if (unknown !== undefined) yield unknownParameter(`${path}.${unknown}`);
}

function* contentProblems(message: JsonObject, path: string, index: number): Problems<ChatProblem> {
  const content = message["content"];
  const role = message["role"];
  const mayBeEmpty =
    role === "assistant" &&
    (message["tool_calls"] ?? message["function_call"] ?? message["refusal"]) !== undefined;
  if (content === undefined || content === null) {
    if (mayBeEmpty) return;
    return yield {
      message: `Invalid value for 'content': expected a string, got null.`,
      param: `messages.[${index}].content`,
      code: null,
    };
  }
  if (typeof content === "string") return;
  if (!Array.isArray(content)) {
    return yield {
      message: `Invalid type for '${path}.content': expected one of a string or array of objects, but got ${typeof content} instead.`,
      param: `${path}.content`,
      code: "invalid_type",
    };
  }
  for (const [at, part] of content.map(asObject).entries())
    yield* partProblems(part, `${path}.content[${at}]`, asString(role));
}

const PART_FIELDS: Record<string, string[]> = {
  text: ["type", "text", "prompt_cache_breakpoint"],
  image_url: ["type", "image_url", "prompt_cache_breakpoint"],
  input_audio: ["type", "input_audio"],
  file: ["type", "file"],
  refusal: ["type", "refusal"],
};
const PARTS_OF_ROLE: Record<string, string[]> = {
  user: ["text", "image_url", "input_audio", "file"],
  assistant: ["text", "refusal"],
};

function* partProblems(part: JsonObject, path: string, role: string): Problems<ChatProblem> {
  const type = asString(part["type"]);
  // A tool's picture cannot be a part of its result here; everyone but the user speaks text.
  const allowed = PARTS_OF_ROLE[role] ?? ["text"];
  if (!allowed.includes(type)) {
    const values = allowed.map((name) => `'${name}'`).join(", ");
    return yield {
      message: `Invalid value: '${type}'. Supported values are: ${values}.`,
      param: `${path}.type`,
      code: "invalid_value",
    };
  }
  const unknown = Object.keys(part).find((name) => !(PART_FIELDS[type] ?? []).includes(name));
  if (unknown !== undefined) yield unknownParameter(`${path}.${unknown}`);
  if (type === "image_url") yield* imageProblems(part, path);
}

function* imageProblems(part: JsonObject, path: string): Problems<ChatProblem> {
  const image = part["image_url"];
  if (!isObject(image)) {
    return yield {
      message: `Invalid type for '${path}.image_url': expected an object, but got a string instead.`,
      param: `${path}.image_url`,
      code: "invalid_type",
    };
  }
  const url = asString(image["url"]);
  if (url.startsWith("https://") || url.startsWith("http://")) return;
  const data = parseDataUri(url);
  if (!data) {
    return yield {
      message: `Invalid '${path}.image_url.url'. Expected a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got a value without the 'data:' prefix.`,
      param: `${path}.image_url.url`,
      code: "invalid_value",
    };
  }
  if (sniffMediaType(data.bytes) === undefined) {
    yield {
      message:
        "You uploaded an unsupported image. Please make sure your image is valid and has one of the following formats: ['png', 'jpeg', 'gif', 'webp'].",
      param: null,
      code: "invalid_image_format",
    };
  }
}

function* callProblems(message: JsonObject, path: string): Problems<ChatProblem> {
  if (Array.isArray(message["tool_calls"]) && message["tool_calls"].length === 0) {
    yield emptyArray(`${path}.tool_calls`);
  }
  for (const [index, call] of asArray(message["tool_calls"]).map(asObject).entries()) {
    const at = `${path}.tool_calls[${index}]`;
    const id = asString(call["id"]);
    if (id === "")
      yield {
        message: `Missing required parameter: '${at}.id'.`,
        param: `${at}.id`,
        code: "missing_required_parameter",
      };
    if (id.length > CALL_ID_CHARACTERS_MAX) {
      yield {
        message: `Invalid '${at}.id': string too long. Expected a string with maximum length ${CALL_ID_CHARACTERS_MAX}, but got a string with length ${id.length} instead.`,
        param: `${at}.id`,
        code: "string_above_max_length",
      };
    }
    const unknown = Object.keys(call).find(
      (name) => !["id", "type", "function", "custom"].includes(name),
    );
    if (unknown !== undefined) yield unknownParameter(`${at}.${unknown}`);
    if (call["type"] === "custom") continue;
    // Anthropic and Google keep arguments as an object; here they are text.
    const given = asObject(call["function"])["arguments"];
    if (typeof given !== "string") {
      yield {
        message: `Invalid type for '${at}.function.arguments': expected a string, but got ${given === undefined ? "nothing" : "an object"} instead.`,
        param: `${at}.function.arguments`,
        code: "invalid_type",
      };
    }
  }
}

/** Results stand directly behind the turn that called, one message each, before anything else. */
function* pairingProblems(messages: JsonObject[]): Problems<ChatProblem> {
  let open: string[] = [];
  for (const [index, message] of messages.entries()) {
    if (message["role"] === "tool") {
      const id = asString(message["tool_call_id"]);
      if (!open.includes(id)) {
        yield {
          message:
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          param: `messages.[${index}].role`,
          code: null,
        };
      }
      open = open.filter((other) => other !== id);
      continue;
    }
    if (open.length > 0) yield unanswered(open, index);
    open = asArray(message["tool_calls"]).map((call) => asString(asObject(call)["id"]));
  }
  if (open.length > 0) yield unanswered(open, messages.length - 1);
}

function unanswered(ids: string[], index: number): ChatProblem {
  const message = `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids.join(", ")}`;
  return { message, param: `messages.[${index}].role`, code: null };
}

function unknownParameter(param: string): ChatProblem {
  return { message: `Unknown parameter: '${param}'.`, param, code: "unknown_parameter" };
}
