import { randomBytes, randomUUID } from "node:crypto";

/** Ids are the one part of an answer that differs every time, as a cache or a retry would show. */
export function newId(prefix: string): string {
  return `${prefix}01${randomBytes(11).toString("hex")}`;
}

export function newUuid(): string {
  return randomUUID();
}
