import { Hono } from "hono";
import * as z from "zod";
import { isJsonObject, parseJson, type JsonObject } from "../../core/json.ts";
import { PERMISSIONS } from "../../core/roles.ts";
import type { App } from "../context.ts";
import { describeAsPage } from "./openapi-page.ts";
import type { AdminRoute } from "./route.ts";

/**
 * The management API describes itself, from the schemas that check its requests: a description that
 * is written by hand is wrong within a month.
 */
export function openapiRoutes(routes: readonly AdminRoute[]): Hono<App> {
  const app = new Hono<App>();
  let description: JsonObject | undefined;
  app.get("/openapi.json", (c) => c.json((description ??= describe(routes))));
  app.on("GET", ["/docs", "/redoc"], (c) => c.html(describeAsPage(routes)));
  return app;
}

/** OpenAPI 3.1, whose schemas are JSON Schema as zod writes it. */
export function describe(routes: readonly AdminRoute[]): JsonObject {
  const paths: JsonObject = {};
  for (const route of routes) {
    const path = route.paths[0].replaceAll(/:(\w+)/g, "{$1}");
    const known = paths[path];
    const others = isJsonObject(known) ? known : {};
    paths[path] = { ...others, [route.method.toLowerCase()]: operation(route, path) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Sekisho management API",
      version: "1",
      description: "Keys, teams, users, budgets, models and spend, as in the LiteLLM proxy.",
    },
    security: [{ bearer: [] }],
    paths,
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
  };
}

function operation(route: AdminRoute, path: string): JsonObject {
  return {
    operationId: `${route.method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+/g, "_")}`,
    tags: [tagOf(route)],
    summary: route.summary,
    "x-roles": rolesOf(route),
    ...(route.method === "GET" ? {} : requestBody(route)),
    parameters: [
      ...pathParameters(path),
      ...(route.method === "GET" ? queryParameters(route) : []),
    ],
    responses: {
      "200": { description: "Done.", content: { "application/json": { schema: {} } } },
      "4XX": { description: "What was wrong, in `error.message`.", content: ERROR_CONTENT },
    },
  };
}

/** Key, team, user: what the action is about. */
export function tagOf({ action }: AdminRoute): string {
  return action.slice(0, action.indexOf("."));
}

/** `team_admin (team)`: the role and how far it reaches. */
export function rolesOf({ action }: AdminRoute): string[] {
  return Object.entries(PERMISSIONS[action]).map(([role, reach]) =>
    reach === "all" ? role : `${role} (${reach})`,
  );
}

/** What goes in, because that is what a caller writes: before defaults and conversions. */
export function schemaOf({ schema }: AdminRoute): JsonObject {
  const { $schema: _, ...written } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
  });
  // Zod's type for a schema is wider than JSON; what it writes is JSON.
  const plain = parseJson(JSON.stringify(written));
  return isJsonObject(plain) ? plain : {};
}

function requestBody(route: AdminRoute): JsonObject {
  const content = { "application/json": { schema: schemaOf(route) } };
  return { requestBody: { required: true, content } };
}

function pathParameters(path: string): JsonObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name: name ?? "",
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(route: AdminRoute): JsonObject[] {
  const { properties, required } = schemaOf(route);
  if (!isJsonObject(properties)) return [];
  const names = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: names.includes(name),
    schema,
  }));
}

const ERROR_CONTENT = {
  "application/json": {
    schema: {
      type: "object",
      properties: {
        error: {
          type: "object",
          properties: {
            message: { type: "string" },
            type: { type: "string" },
            param: { type: ["string", "null"] },
            code: { type: "string", description: "The HTTP status, as text." },
          },
        },
      },
    },
  },
};
