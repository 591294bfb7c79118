import * as z from "zod";
import type { MediaPart, Part, TextPart, ToolResultPart } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { checked, invalidField } from "../checked.ts";
import type { CallPairing } from "./call-pairing.ts";
import { parseFileData, parseInlineData } from "./parse-media.ts";

export function parseUserParts(parts: JsonObject[], path: string, pairing: CallPairing): Part[] {
  return parts.map((part, index) => parseUserPart(part, `${path}.${index}`, pairing));
}

function parseUserPart(part: JsonObject, path: string, pairing: CallPairing): Part {
  const plain = parsePlainPart(part, path);
  if (plain) return plain;
  if (part.functionResponse !== undefined)
    return parseResult(part.functionResponse, `${path}.functionResponse`, pairing);
  throw unknownPart(part, path);
}

/** The parts that either side may say. */
export function parsePlainPart(part: JsonObject, path: string): TextPart | MediaPart | undefined {
  if (part.inlineData !== undefined) return parseInlineData(part.inlineData, `${path}.inlineData`);
  if (part.fileData !== undefined) return parseFileData(part.fileData, `${path}.fileData`);
  if (part.text === undefined) return undefined;
  const { text } = checked(z.object({ text: z.string() }), part, path);
  return { type: "text", text };
}

export function unknownPart(part: JsonObject, path: string): Error {
  const [name] = Object.keys(part);
  return name === undefined
    ? invalidField(path, "expected text, inlineData, fileData, functionCall or functionResponse")
    : invalidField(`${path}.${name}`, "is not a part this gateway can translate here");
}

const OBJECT = z.custom<JsonObject>(isJsonObject, "expected an object");

const RESULT = z.object({
  id: z.string().nullish(),
  name: z.string(),
  response: OBJECT.nullish(),
  parts: z.array(OBJECT).nullish(),
});

function parseResult(value: Json, path: string, pairing: CallPairing): ToolResultPart {
  const { id, name, response, parts } = checked(RESULT, value, path);
  const media = (parts ?? []).map((part, index) => {
    const parsed = parsePlainPart(part, `${path}.parts.${index}`);
    if (parsed) return parsed;
    throw unknownPart(part, `${path}.parts.${index}`);
  });
  const { text, isError } = wordsOf(response ?? {});
  return {
    type: "tool-result",
    id: pairing.answer(name, id ?? undefined),
    parts: [...(text === "" ? [] : [{ type: "text" as const, text }]), ...media],
    isError,
  };
}

/** A result has to be an object here, so clients wrap what is none under one of these names. */
function wordsOf(response: JsonObject): { text: string; isError: boolean } {
  const [entry, second] = Object.entries(response);
  if (entry === undefined) return { text: "", isError: false };
  const [name, value = null] = entry;
  const isWrapped = second === undefined && ["output", "result", "error"].includes(name);
  if (!isWrapped) return { text: JSON.stringify(response), isError: false };
  return {
    text: typeof value === "string" ? value : JSON.stringify(value),
    isError: name === "error",
  };
}
