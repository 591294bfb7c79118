import { expect } from "vitest";
import { isObject, type JsonObject } from "../upstream/json.ts";

export const CHAT = "/v1/chat/completions";
export const MESSAGES = "/v1/messages";

export interface Refusal {
  status: number;
  message: string;
  param: unknown;
  headers: Headers;
}

/** Reads an error and makes sure it has the shape the route's clients read. */
export async function readRefusal(path: string, response: Response): Promise<Refusal> {
  const text = await response.text();
  const { status, headers } = response;
  expect(headers.get("content-type"), text).toContain("application/json");
  const body = objectIn(JSON.parse(text), text);
  if (path === MESSAGES) expect(body["type"]).toBe("error");
  const { type, message, param } = objectIn(body["error"], text);
  expect(typeof type, text).toBe("string");
  if (typeof message !== "string" || message === "") throw new Error(`no message in ${text}`);
  return { status, headers, message, param };
}

function objectIn(value: unknown, text: string): JsonObject {
  if (!isObject(value)) throw new Error(`no error object in ${text}`);
  return value;
}
