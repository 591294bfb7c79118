import { html } from "hono/html";
import { isJsonObject, type Json } from "../../core/json.ts";
import { rolesOf, schemaOf, tagOf } from "./openapi.ts";
import type { AdminRoute } from "./route.ts";

/**
 * The same description for a person: one page, no scripts, nothing loaded from anywhere, so that it
 * opens on a network without internet and tells nobody who reads it.
 */
export function describeAsPage(routes: readonly AdminRoute[]) {
  const tags = [...new Set(routes.map(tagOf))];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Sekisho management API</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <h1>Management API</h1>
        <p>
          Send a key as <code>Authorization: Bearer sk-…</code> and bodies as JSON. For programs:
          <a href="/openapi.json">openapi.json</a>.
        </p>
        <nav>${tags.map((tag) => html`<a href="#${tag}">${tag}</a> `)}</nav>
        ${tags.map(
          (tag) =>
            html`<h2 id="${tag}">${tag}</h2>
              ${routes.filter((route) => tagOf(route) === tag).map(describeRoute)}`,
        )}
      </body>
    </html>`;
}

function describeRoute(route: AdminRoute) {
  const [path, ...others] = route.paths;
  return html`<details>
    <summary>
      <b class="${route.method}">${route.method}</b> <code>${path}</code>
      <span>${route.summary}</span>
    </summary>
    <p>For ${rolesOf(route).join(", ")}.</p>
    ${others.length === 0 ? "" : html`<p>Also ${others.join(", ")}.</p>`} ${describeFields(route)}
  </details>`;
}

function describeFields(route: AdminRoute) {
  const { properties, required } = schemaOf(route);
  if (!isJsonObject(properties) || Object.keys(properties).length === 0) return "";
  const needed = Array.isArray(required) ? required : [];
  return html`<table>
    ${Object.entries(properties).map(
      ([name, schema]) =>
        html`<tr>
          <td><code>${name}</code>${needed.includes(name) ? " *" : ""}</td>
          <td>${typeWord(schema)}</td>
        </tr>`,
    )}
  </table>`;
}

/** `string`, `number or null`, `default, read_only`; empty where anything goes. */
function typeWord(schema: Json | undefined): string {
  if (!isJsonObject(schema)) return "";
  const { anyOf, enum: values, type } = schema;
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(typeWord).filter(Boolean))].join(" or ");
  if (Array.isArray(values)) return values.join(", ");
  if (type === "array") return `list of ${typeWord(schema["items"]) || "anything"}`;
  return typeof type === "string" ? type : "";
}

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  nav { display: flex; flex-wrap: wrap; gap: 0.75rem; }
  summary { cursor: pointer; padding: 0.3rem 0; }
  summary span { opacity: 0.75; }
  summary b { display: inline-block; width: 4rem; font-size: 0.8rem; }
  .POST { color: #0a7d32; } .GET { color: #1a5fb4; } .DELETE { color: #b3261e; }
  .PATCH, .PUT { color: #8a5a00; }
  details > :not(summary) { margin-left: 4.3rem; }
  table { border-collapse: collapse; } td { padding: 0.1rem 1.5rem 0.1rem 0; vertical-align: top; }
`;
