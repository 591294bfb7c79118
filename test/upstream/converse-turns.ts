import type { ConverseModel } from "./converse-models.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { sniffMediaType } from "./media.ts";
import type { Problems } from "./problems.ts";
import type { Signatures } from "./signatures.ts";

interface Rules {
  model: ConverseModel;
  signatures: Signatures;
  documentNames: Set<string>;
}

export function* converseTurnProblems(
  body: JsonObject,
  model: ConverseModel,
  signatures: Signatures,
): Problems {
  const messages = asArray(body["messages"]).map(asObject);
  const rules: Rules = { model, signatures, documentNames: new Set() };
  if (messages.length === 0) yield "The value at messages must have at least 1 member.";
  yield* orderProblems(messages, model);
  for (const [index, message] of messages.entries()) {
    const content = contentOf(message);
    if (content.length === 0) yield `The content field at messages.${index} is empty.`;
    for (const [at, block] of content.entries())
      yield* blockProblems(block, `messages.${index}.content.${at}`, message["role"], rules);
    const hasText = content.some((block) => "text" in block);
    if (content.some((block) => "document" in block) && !hasText)
      yield "A text block must be included in a message that includes a document block.";
  }
  yield* pairingProblems(messages);
  const usesTools = messages
    .flatMap(contentOf)
    .some((block) => "toolUse" in block || "toolResult" in block);
  if (usesTools && body["toolConfig"] === undefined)
    yield "The toolConfig field must be defined when using toolUse and toolResult content blocks.";
}

function* orderProblems(messages: JsonObject[], model: ConverseModel): Problems {
  if (messages[0]?.["role"] !== "user")
    yield "A conversation must start with a user message. Try again with a conversation that starts with a user message.";
  for (const [index, { role }] of messages.entries()) {
    if (role !== "user" && role !== "assistant") yield `messages.${index}.role is not valid`;
    if (index > 0 && messages[index - 1]?.["role"] === role)
      yield "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.";
  }
  if (messages.at(-1)?.["role"] === "assistant" && !model.prefill)
    yield "This model doesn't support pre-filling the assistant's message.";
}

function contentOf(message: JsonObject): JsonObject[] {
  return asArray(message["content"]).map(asObject);
}

function* blockProblems(block: JsonObject, path: string, role: unknown, rules: Rules): Problems {
  const [kind, ...others] = Object.keys(block);
  if (kind === undefined || others.length > 0)
    return yield `The ContentBlock object at ${path} must set one of its keys.`;
  const value = block[kind];
  switch (kind) {
    case "text":
      if (asString(value).trim() === "") yield blank(path);
      return;
    case "image":
      if (role !== "user") yield "Images can only be included if the role is user.";
      return yield* imageProblems(asObject(value), rules.model);
    case "document":
      return yield* documentProblems(asObject(value), rules);
    case "searchResult":
      return yield* searchResultProblems(asObject(value), rules);
    case "toolUse":
      return yield* callProblems(asObject(value), path, rules.model);
    case "toolResult":
      return yield* resultProblems(asObject(value), path, rules);
    case "reasoningContent":
      return yield* reasoningProblems(asObject(value), path, rules);
    case "cachePoint":
      return;
    default:
      yield `This model doesn't support the ${kind} content block that you provided.`;
  }
}

export function blank(path: string): string {
  return `The text field in the ContentBlock object at ${path} is blank. Add text to the text field, and try again.`;
}

function* imageProblems({ format, source }: JsonObject, { images }: ConverseModel): Problems {
  if (!images)
    yield "This model doesn't support the image content block that you provided. Update the content block and try again.";
  const bytes = bytesOf(source);
  if (bytes === undefined) return yield "image.source.bytes must be base64";
  if (sniffMediaType(bytes) !== `image/${asString(format)}`)
    yield `Could not process image: it is not of the format ${asString(format)}`;
}

function bytesOf(source: unknown): Buffer | undefined {
  const { bytes } = asObject(source);
  if (typeof bytes !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/u.test(bytes)) return undefined;
  return Buffer.from(bytes, "base64");
}

const DOCUMENT_NAME = /^(?!.*\s\s)[A-Za-z0-9\s()[\]-]{1,200}$/u;
const DOCUMENT_FORMATS = ["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"];

function* searchResultProblems({ source, title, content }: JsonObject, { model }: Rules): Problems {
  if (model.family !== "claude")
    yield "This model doesn't support the searchResult content block that you provided.";
  const isWhole = [source, title].every((one) => asString(one) !== "");
  const texts = asArray(content).map((one) => asString(asObject(one)["text"]));
  if (!isWhole || texts.length === 0 || texts.includes(""))
    yield "searchResult needs a source, a title and content";
}

/** Words as they are: only Claude reads them, and only to cite them. */
function isTextSource(source: unknown): boolean {
  const { text, content } = asObject(source);
  return (typeof text === "string" && text !== "") || asArray(content).length > 0;
}

function* documentProblems(
  { name, format, source, citations }: JsonObject,
  { documentNames, model }: Rules,
): Problems {
  const isCited = asObject(citations)["enabled"] === true;
  if (isCited && model.family !== "claude") yield "This model doesn't support citations.";

  const text = asString(name);
  if (!DOCUMENT_NAME.test(text))
    yield "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character.";
  if (documentNames.has(text)) yield `Messages can't contain duplicate document names: ${text}`;
  documentNames.add(text);
  if (!DOCUMENT_FORMATS.includes(asString(format))) yield "document.format is not valid";
  const isText = isCited && isTextSource(source);
  if (!isText && bytesOf(source) === undefined) yield "document.source.bytes must be base64";
}

function* callProblems(
  { toolUseId, input }: JsonObject,
  path: string,
  { toolId }: ConverseModel,
): Problems {
  if (!toolId.test(asString(toolUseId)))
    yield `Value at '${path}.toolUse.toolUseId' failed to satisfy constraint: Member must satisfy regular expression pattern: ${toolId.source}`;
  if (!isObject(input))
    yield `The format of the value at ${path}.toolUse.input is invalid. Provide a json object for the field and try again.`;
}

function* resultProblems({ content, status }: JsonObject, path: string, rules: Rules): Problems {
  const { richResults } = rules.model;
  if (status !== undefined && !richResults)
    yield "This model doesn't support the status field. Remove status and try again.";
  const blocks = asArray(content).map(asObject);
  if (blocks.length === 0) yield `The content field at ${path}.toolResult is empty.`;
  for (const [index, block] of blocks.entries()) {
    if ("json" in block) continue;
    if (!("text" in block) && !richResults)
      yield "This model only supports text and json in tool results.";
    if ("toolUse" in block || "toolResult" in block || "cachePoint" in block)
      yield `${path}.toolResult.content.${index} is not valid`;
    yield* blockProblems(block, `${path}.toolResult.content.${index}`, "user", rules);
  }
}

function* reasoningProblems(
  { reasoningText, redactedContent }: JsonObject,
  path: string,
  { model, signatures }: Rules,
): Problems {
  if (model.family !== "claude")
    return yield "This model doesn't support the reasoningContent content block that you provided.";
  if (redactedContent !== undefined) {
    if (!signatures.isGenuine("claude-redacted", asString(redactedContent)))
      yield `${path}: Invalid data in redacted_thinking block`;
    return;
  }
  const { text, signature } = asObject(reasoningText);
  if (!signatures.isGenuine("claude", asString(signature), asString(text)))
    yield `${path}: Invalid \`signature\` in \`thinking\` block`;
}

/** Every call is answered in the next turn, and nothing else is. */
function* pairingProblems(messages: JsonObject[]): Problems {
  let open: string[] = [];
  for (const [index, message] of messages.entries()) {
    const idsOf = (kind: "toolUse" | "toolResult"): string[] =>
      contentOf(message)
        .filter((block) => kind in block)
        .map((block) => asString(asObject(block[kind])["toolUseId"]));
    const results = idsOf("toolResult");
    const missing = open.filter((id) => !results.includes(id));
    if (missing.length > 0)
      yield `Expected toolResult blocks at messages.${index}.content for the following Ids: ${missing.join(", ")}, but found: ${results.join(", ")}`;
    if (results.some((id) => !open.includes(id)))
      yield `The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous turn.`;
    open = idsOf("toolUse");
  }
  if (open.length > 0) yield "Expected toolResult blocks for the last toolUse blocks.";
}
