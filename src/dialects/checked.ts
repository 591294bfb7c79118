import type * as z from "zod";
import { GatewayError } from "../core/errors.ts";

/** The caller's request is wrong at this path: `messages.0.content: expected …`. */
export function invalidField(path: string, complaint: string): GatewayError {
  return new GatewayError("invalid_request", `${path}: ${complaint}`, { param: path });
}

/** The caller asks for something the upstream's grammar has no word for, and the answer would differ. */
export function unsupported(path: string, advice: string): GatewayError {
  return new GatewayError("unsupported_parameter", `${path}: ${advice}`, { param: path });
}

/** The value as the schema describes it. Throws `invalidField` at the first path where it is not. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = [path, ...(issue?.path ?? [])].filter((step) => step !== "").join(".");
  const isMissing = issue?.code === "invalid_type" && issue.input === undefined;
  throw invalidField(where, isMissing ? "Field required" : (issue?.message ?? "Invalid input"));
}
