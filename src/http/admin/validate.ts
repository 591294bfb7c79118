import { zValidator } from "@hono/zod-validator";
import type { MiddlewareHandler } from "hono";
import type * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";

/** Far above any real set-up; a key's metadata travels with every one of its calls. */
const BODY_BYTES_MAX = 256_000;
/** SQLite's JSON functions and recursive engines have limits of their own, much further away. */
const BODY_DEPTH_MAX = 32;

/** Turns away what is not a JSON object before a schema looks at it, in LiteLLM's error shape. */
export const requireJson: MiddlewareHandler = async (c, next) => {
  if (!(c.req.header("content-type") ?? "").toLowerCase().startsWith("application/json")) {
    throw badJson("Send the body as JSON, with the header `content-type: application/json`.");
  }
  const text = await c.req.text();
  if (text.length > BODY_BYTES_MAX) {
    throw new GatewayError(
      "request_too_large",
      `The body has ${text.length} characters; at most ${BODY_BYTES_MAX} are accepted here.`,
    );
  }
  const body = parseJson(text);
  if (!isJsonObject(body)) throw badJson("The body is not a JSON object; send at least {}.");
  if (isDeeperThan(body, BODY_DEPTH_MAX)) {
    throw badJson(`The body nests deeper than ${BODY_DEPTH_MAX} levels.`);
  }
  await next();
};

/** For methods that usually come without a body: nothing is an empty object. */
export const allowJson: MiddlewareHandler = async (c, next) =>
  (await c.req.text()) === "" ? next() : requireJson(c, next);

/** Level by level, because recursion is what deep input breaks. */
function isDeeperThan(value: unknown, levels: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= levels; depth += 1) {
    level = level.flatMap(childrenOf);
    if (level.length === 0) return false;
  }
  return true;
}

function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

function badJson(message: string): GatewayError {
  return new GatewayError("invalid_json", message);
}

/** What a route's schema read from a request: the middleware reads, the handler takes. */
export interface Input<Value> {
  middleware: MiddlewareHandler;
  takenFrom(request: Request): Value;
}

/** A wrong field is named in the error. */
export function inputOf<Schema extends z.ZodType>(
  target: "json" | "query",
  schema: Schema,
): Input<z.output<Schema>> {
  // The validator's own way to hand values on is typed by the path, which a list of routes has lost.
  const inputs = new WeakMap<Request, { value: z.output<Schema> }>();
  const check: MiddlewareHandler = zValidator(target, schema, (result, c) => {
    if (!result.success) throw wrongField(result.error);
    inputs.set(c.req.raw, { value: result.data });
  });
  return {
    middleware: async (c, next) => {
      if (target === "query" || (await c.req.text()) !== "") return check(c, next);
      // Some clients announce JSON and send nothing.
      const read = schema.safeParse({});
      if (!read.success) throw wrongField(read.error);
      inputs.set(c.req.raw, { value: read.data });
      return next();
    },
    takenFrom(request) {
      const input = inputs.get(request);
      if (input === undefined) throw new Error("A handler ran before its input was read.");
      return input.value;
    },
  };
}

function wrongField(error: z.core.$ZodError): GatewayError {
  const [first] = error.issues;
  const param = first?.path.join(".") ?? "";
  const problems = error.issues.map((one) => `${one.path.join(".")}: ${one.message}`);
  return new GatewayError("invalid_request", problems.slice(0, PROBLEMS_MAX).join("; "), { param });
}

/** A message is for a person. */
const PROBLEMS_MAX = 10;
