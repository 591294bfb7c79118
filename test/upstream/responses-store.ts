import { createHash } from "node:crypto";
import type { ChatProblem } from "./chat-problem.ts";
import { newId } from "./ids.ts";
import { asArray, asObject, asString } from "./json.ts";
import type { JsonObject } from "./json.ts";

/** Answers a vendor keeps, each for the account that asked. */
export interface ResponseStore {
  keep(scope: string, response: JsonObject, input: JsonObject[]): void;
  find(scope: string, id: string): Kept | undefined;
  /** Something said or asked in a kept answer. */
  findItem(scope: string, id: string): JsonObject | undefined;
  remove(scope: string, id: string): void;
}

interface Kept {
  response: JsonObject;
  /** What was asked with it, without what it went on from. */
  input: JsonObject[];
  /** Everything before its output, what it went on from included. */
  history: JsonObject[];
}

export function createResponseStore(): ResponseStore {
  const scopes = new Map<string, Map<string, Kept>>();
  const keptIn = (scope: string): Map<string, Kept> => {
    const kept = scopes.get(scope) ?? new Map<string, Kept>();
    scopes.set(scope, kept);
    return kept;
  };
  return {
    keep(scope, response, asked) {
      const kept = keptIn(scope);
      const previous = kept.get(asString(response["previous_response_id"]));
      const input = asked.map((item) => ({
        type: "message",
        ...item,
        id: item["id"] ?? newId("msg_"),
      }));
      kept.set(asString(response["id"]), {
        response,
        input,
        history: [...(previous ? saidIn(previous) : []), ...input],
      });
    },
    find: (scope, id) => keptIn(scope).get(id),
    findItem: (scope, id) =>
      [...keptIn(scope).values()].flatMap(saidIn).find((item) => item["id"] === id),
    remove: (scope, id) => void keptIn(scope).delete(id),
  };
}

function saidIn({ history, response }: Kept): JsonObject[] {
  return [...history, ...asArray(response["output"]).map(asObject)];
}

/** What one account of the vendor can remember and read. */
export interface Memory {
  scope: string;
  store: ResponseStore;
}

/** The items a request brings itself. */
export function ownItems({ input }: JsonObject): JsonObject[] {
  if (typeof input === "string") return [{ role: "user", content: input }];
  return asArray(input).map(asObject);
}

/** The request with everything it refers to in place; a problem, where there is no such thing. */
export function recall(body: JsonObject, { scope, store }: Memory): JsonObject | ChatProblem {
  const id = body["previous_response_id"] ?? undefined;
  const previous = typeof id === "string" ? store.find(scope, id) : undefined;
  if (typeof id === "string" && previous === undefined) {
    return {
      message: `Previous response with id '${id}' not found.`,
      param: "previous_response_id",
      code: "previous_response_not_found",
    };
  }
  const references = ownItems(body).filter((item) => item["type"] === "item_reference");
  const lost = references.find((item) => !store.findItem(scope, asString(item["id"])));
  if (lost) return itemNotFound(lost);
  if (previous === undefined && references.length === 0) return body;
  const items = ownItems(body).map((item) =>
    item["type"] === "item_reference"
      ? asObject(store.findItem(scope, asString(item["id"])))
      : item,
  );
  return { ...body, input: [...(previous ? saidIn(previous) : []), ...items] };
}

export function itemNotFound(item: JsonObject): ChatProblem {
  return {
    message: `Item with id '${asString(item["id"])}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
    param: "input",
    code: null,
  };
}

/** Stands for OpenAI's encryption: what this prefix opens was made here, by the account that follows. */
const ENCRYPTED_PREFIX = "gAAAAABstandin";

export function encryptFor(scope: string): string {
  return newId(`${ENCRYPTED_PREFIX}${tagOf(scope)}`);
}

/** Why an account cannot read it; undefined when it can. */
export function decryptionProblem(encrypted: string, scope: string): string | undefined {
  if (!encrypted.startsWith(ENCRYPTED_PREFIX))
    return "Encrypted content could not be decrypted or parsed.";
  return encrypted.startsWith(`${ENCRYPTED_PREFIX}${tagOf(scope)}`)
    ? undefined
    : "Encrypted content organization_id did not match the target organization.";
}

function tagOf(scope: string): string {
  return createHash("sha256").update(scope).digest("hex").slice(0, 12);
}
