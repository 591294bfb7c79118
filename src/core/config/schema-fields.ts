import * as z from "zod";

/** The kinds of values the file's sections are made of. */

/** Variables are text, and YAML lets people quote numbers. */
function fromText(value: unknown): unknown {
  if (typeof value !== "string" || value.trim() === "") return value;
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  return Number.isFinite(Number(value)) ? Number(value) : value;
}

export function text(missing = "must be text") {
  const tell = (issue: { input?: unknown }) =>
    issue.input === undefined ? missing : "must be text";
  const scalar = (value: unknown) => (typeof value === "number" ? String(value) : value);
  return z.preprocess(scalar, z.string({ error: tell }).min(1, "must not be empty"));
}

export function number(least: number, integer: boolean) {
  const message = `must be a ${integer ? "whole number" : "number"}, ${least} or more`;
  const checked = z.number({ error: message }).min(least, message);
  return z.preprocess(fromText, integer ? checked.int(message) : checked).optional();
}

export const count = number(1, true);
export const retries = number(0, true);
export const seconds = number(0.001, false);
export const flag = z
  .preprocess(fromText, z.boolean({ error: "must be true or false" }))
  .optional();
export const texts = z.array(text(), { error: "must be a list of names" }).optional();
export const optionalText = text().optional();

/** Callbacks may be one name or a list. */
export const names = z.preprocess(
  (value) => (typeof value === "string" ? [value] : value),
  z.array(text(), { error: "must be a list of names" }).optional(),
);

export const mapping = "must be a mapping (name: value)";
