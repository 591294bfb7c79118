import { emptyArray } from "./chat-problem.ts";
import type { ChatProblem } from "./chat-problem.ts";
import { asArray, asObject, asString } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { parseDataUri, sniffMediaType } from "./media.ts";
import type { Problems } from "./problems.ts";
import { invalidValue, missing, unknownParameter } from "./responses-problem.ts";
import { decryptionProblem, itemNotFound } from "./responses-store.ts";
import type { Memory } from "./responses-store.ts";

interface ItemRules {
  fields: string[];
  required: string[];
  idPrefix?: string;
}

const ITEMS: Record<string, ItemRules> = {
  message: {
    fields: ["type", "id", "role", "content", "status", "phase"],
    required: ["role", "content"],
    idPrefix: "msg",
  },
  reasoning: {
    fields: ["type", "id", "summary", "content", "encrypted_content", "status"],
    required: ["summary"],
    idPrefix: "rs",
  },
  function_call: {
    fields: ["type", "id", "call_id", "name", "namespace", "arguments", "status"],
    required: ["call_id", "name", "arguments"],
    idPrefix: "fc",
  },
  function_call_output: {
    fields: ["type", "id", "call_id", "output", "status"],
    required: ["call_id", "output"],
    idPrefix: "fc",
  },
  custom_tool_call: {
    fields: ["type", "id", "call_id", "name", "namespace", "input", "status"],
    required: ["call_id", "name", "input"],
    idPrefix: "ctc",
  },
  additional_tools: { fields: ["type", "id", "role", "tools"], required: ["role", "tools"] },
  tool_search_call: {
    fields: ["type", "id", "call_id", "execution", "arguments", "status"],
    required: ["arguments"],
    idPrefix: "tsc",
  },
  tool_search_output: {
    fields: ["type", "id", "call_id", "execution", "tools", "status"],
    required: ["tools"],
  },
  custom_tool_call_output: {
    fields: ["type", "id", "call_id", "output", "status"],
    required: ["call_id", "output"],
  },
};
const ID_CHARACTERS_MAX = 64;

export function* responsesInputProblems(body: JsonObject, memory: Memory): Problems<ChatProblem> {
  const { input } = body;
  if (typeof input === "string") return;
  if (input === undefined) return yield missing("input");
  if (!Array.isArray(input)) {
    return yield {
      message: "Invalid type for 'input': expected one of a string or array of objects.",
      param: "input",
      code: "invalid_type",
    };
  }
  if (input.length === 0) yield emptyArray("input");
  const items = input.map(asObject);
  for (const [index, item] of items.entries()) yield* itemProblems(item, `input[${index}]`);
  yield* thoughtProblems(items, memory);
  yield* pairingProblems(items);
  yield* namespaceProblems(items, body);
}

export function typeOf(item: JsonObject): string {
  return asString(item["type"] ?? "message");
}

function* itemProblems(item: JsonObject, path: string): Problems<ChatProblem> {
  const rules = ITEMS[typeOf(item)];
  if (!rules) return yield invalidValue(`${path}.type`, typeOf(item), Object.keys(ITEMS));
  const unknown = Object.keys(item).find((name) => !rules.fields.includes(name));
  if (unknown !== undefined) yield unknownParameter(`${path}.${unknown}`);
  const absent = rules.required.find((name) => item[name] === undefined);
  if (absent !== undefined) yield missing(`${path}.${absent}`);
  yield* idProblems(item, path, rules);
  if (typeOf(item) === "message") yield* messageProblems(item, path);
  if (Array.isArray(item["output"]))
    yield* partProblems(item["output"], `${path}.output`, USER_PARTS);
}

function* idProblems(item: JsonObject, path: string, rules: ItemRules): Problems<ChatProblem> {
  for (const name of ["id", "call_id"]) {
    const id = item[name] ?? undefined;
    if (id === undefined) continue;
    if (asString(id).length > ID_CHARACTERS_MAX) {
      yield {
        message: `Invalid '${path}.${name}': string too long. Expected a string with maximum length ${ID_CHARACTERS_MAX}, but got a string with length ${asString(id).length} instead.`,
        param: `${path}.${name}`,
        code: "string_above_max_length",
      };
    }
  }
  const { idPrefix } = rules;
  const id = item["id"] ?? undefined;
  if (id !== undefined && idPrefix !== undefined && !asString(id).startsWith(idPrefix)) {
    yield {
      message: `Invalid '${path}.id': '${asString(id)}'. Expected an ID that begins with '${idPrefix}'.`,
      param: `${path}.id`,
      code: "invalid_value",
    };
  }
}

const ROLES = ["assistant", "system", "developer", "user"];
const USER_PARTS: Record<string, string[]> = {
  input_text: ["type", "text", "prompt_cache_breakpoint"],
  input_image: ["type", "image_url", "file_id", "detail", "prompt_cache_breakpoint"],
  input_file: ["type", "file_data", "file_id", "file_url", "filename", "detail"],
};
const ASSISTANT_PARTS: Record<string, string[]> = {
  output_text: ["type", "text", "annotations", "logprobs"],
  refusal: ["type", "refusal"],
};

function* messageProblems(item: JsonObject, path: string): Problems<ChatProblem> {
  const role = asString(item["role"]);
  if (!ROLES.includes(role)) yield invalidValue(`${path}.role`, role, ROLES);
  if (!Array.isArray(item["content"])) return;
  const allowed = role === "assistant" ? ASSISTANT_PARTS : USER_PARTS;
  yield* partProblems(item["content"], `${path}.content`, allowed);
}

function* partProblems(
  parts: unknown[],
  path: string,
  allowed: Record<string, string[]>,
): Problems<ChatProblem> {
  for (const [index, part] of parts.map(asObject).entries()) {
    const at = `${path}[${index}]`;
    const fields = allowed[asString(part["type"])];
    // Chat Completions' `text` and `image_url` end here.
    if (!fields) return yield invalidValue(`${at}.type`, part["type"], Object.keys(allowed));
    const unknown = Object.keys(part).find((name) => !fields.includes(name));
    if (unknown !== undefined) yield unknownParameter(`${at}.${unknown}`);
    if (part["type"] === "input_image") yield* imageProblems(part, at);
  }
}

function* imageProblems(part: JsonObject, path: string): Problems<ChatProblem> {
  const url = asString(part["image_url"]);
  if (url.startsWith("https://") || typeof part["file_id"] === "string") return;
  const data = parseDataUri(url);
  if (data && sniffMediaType(data.bytes) === data.mediaType) return;
  yield {
    message: `Invalid '${path}.image_url'. Expected a valid URL or a base64-encoded data URL with an image MIME type.`,
    param: `${path}.image_url`,
    code: "invalid_value",
  };
}

/** A thought must be one this account was given, and must come with what it led to. */
function* thoughtProblems(items: JsonObject[], { scope, store }: Memory): Problems<ChatProblem> {
  for (const [index, item] of items.entries()) {
    if (typeOf(item) !== "reasoning") continue;
    const id = asString(item["id"]);
    const encrypted = item["encrypted_content"] ?? undefined;
    if (encrypted === undefined) {
      if (!store.findItem(scope, id)) yield itemNotFound(item);
    } else {
      const reason = decryptionProblem(asString(encrypted), scope);
      if (reason !== undefined) {
        yield {
          message: `The encrypted content for item ${id} could not be verified. Reason: ${reason}`,
          param: null,
          code: "invalid_encrypted_content",
        };
      }
    }
    const next = items.slice(index + 1).find((one) => typeOf(one) !== "reasoning");
    // At the very end it is an answer that broke off there, as Codex brings it back.
    const isFollowed =
      next === undefined || next["role"] === "assistant" || typeOf(next).endsWith("_call");
    if (!isFollowed) {
      yield {
        message: `Item '${id}' of type 'reasoning' was provided without its required following item.`,
        param: "input",
        code: null,
      };
    }
  }
}

function* pairingProblems(items: JsonObject[]): Problems<ChatProblem> {
  const idsOf = (types: string[]): string[] =>
    items.filter((item) => types.includes(typeOf(item))).map((item) => asString(item["call_id"]));
  const calls = idsOf(["function_call", "custom_tool_call"]);
  const outputs = idsOf(["function_call_output", "custom_tool_call_output"]);
  const unanswered = calls.find((id) => !outputs.includes(id));
  if (unanswered !== undefined) {
    yield {
      message: `No tool output found for function call ${unanswered}.`,
      param: "input",
      code: null,
    };
  }
  const orphan = outputs.find((id) => !calls.includes(id));
  if (orphan !== undefined) {
    yield {
      message: `No tool call found for function call output with call_id ${orphan}.`,
      param: "input",
      code: null,
    };
  }
}

/** Tools stand beside the input, and in it where some were added on the way. */
export function declaredTools(body: JsonObject): JsonObject[] {
  const added = asArray(body["input"])
    .map(asObject)
    .flatMap((item) => asArray(item["tools"]));
  return [...asArray(body["tools"]), ...added].map(asObject);
}

function* namespaceProblems(items: JsonObject[], body: JsonObject): Problems<ChatProblem> {
  const tools = declaredTools(body);
  const plain = tools.map((tool) => tool["name"]);
  const nested = tools.flatMap((tool) =>
    asArray(tool["tools"]).map((inner) => asObject(inner)["name"]),
  );
  for (const [index, item] of items.entries()) {
    const name = item["name"];
    const isBare = typeOf(item) === "function_call" && item["namespace"] === undefined;
    if (!isBare || plain.includes(name) || !nested.includes(name)) continue;
    yield {
      message: `Missing namespace for function_call '${asString(name)}'. It does not exist in the default namespace. Round-trip the model's function_call item with its namespace field included.`,
      param: `input[${index}].namespace`,
      code: null,
    };
  }
}
