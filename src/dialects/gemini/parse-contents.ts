import * as z from "zod";
import type { Message, Part, TextPart } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { checked, invalidField } from "../checked.ts";
import { createCallPairing } from "./call-pairing.ts";
import type { CallPairing } from "./call-pairing.ts";
import { parseModelParts } from "./parse-model-parts.ts";
import { parseUserParts } from "./parse-user-parts.ts";

const PART = z.custom<JsonObject>(isJsonObject, "expected an object");
const PARTS = z.preprocess(listed, z.array(PART).nullish());

const CONTENT = z.object({
  // Absent, it is the user; `function` was the role of results before they were parts.
  role: z.enum(["user", "model", "function"]).nullish(),
  parts: PARTS,
});
type Content = z.infer<typeof CONTENT>;

/** Google reads a single object where a list is due as a list of one. */
function listed(value: unknown): unknown {
  return value === undefined || value === null || Array.isArray(value) ? value : [value];
}

/** The conversation of a body in camel case. */
export function parseContents(contents: Json | undefined): Message[] {
  const list = checked(z.array(CONTENT), listed(contents), "contents");
  const pairing = createCallPairing();
  return list.map((content, index) => parseContent(content, `contents.${index}`, pairing));
}

function parseContent(content: Content, path: string, pairing: CallPairing): Message {
  const parts = content.parts ?? [];
  if (parts.length === 0) throw invalidField(`${path}.parts`, "at least one part is required");
  pairing.enter(content.role === "model" ? "model" : "user");
  return content.role === "model"
    ? { role: "assistant", parts: parseModelParts(parts, `${path}.parts`, pairing) }
    : { role: "user", parts: parseUserParts(parts, `${path}.parts`, pairing) };
}

const SYSTEM = z.union([z.string(), z.object({ parts: PARTS })], "expected a content with text");

/** The system's words; SDKs pass them as a content, and older ones as plain text. */
export function parseSystem(instruction: Json | undefined): Message[] {
  if (instruction === undefined || instruction === null) return [];
  const system = checked(SYSTEM, instruction, "systemInstruction");
  const parts: Part[] =
    typeof system === "string"
      ? [{ type: "text", text: system }]
      : (system.parts ?? []).map((part, index) =>
          textPart(part, `systemInstruction.parts.${index}`),
        );
  return parts.length === 0 ? [] : [{ role: "system", parts }];
}

function textPart(part: JsonObject, path: string): TextPart {
  const { text } = checked(z.object({ text: z.string() }), part, path);
  return { type: "text", text };
}
