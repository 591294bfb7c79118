import { jsonReply } from "./exchange.ts";
import type { Exchange, Outcome } from "./exchange.ts";
import { asString } from "./json.ts";
import type { JsonObject } from "./json.ts";
import type { ResponsesHost } from "./responses.ts";
import type { State } from "./state.ts";

const PATH = /^\/([^/]+)(\/cancel|\/input_items)?$/u;

/** What can be asked of a kept answer; `path` is what stands behind `/responses`. */
export function keptResponses(
  exchange: Exchange,
  path: string,
  host: ResponsesHost,
  state: State,
): Outcome {
  const { method, query } = exchange;
  const [, id = "", suffix = ""] = PATH.exec(path) ?? [];
  const kept = state.responses.find(host.scope, decodeURIComponent(id));
  if (!kept) {
    const message = `Response with id '${decodeURIComponent(id)}' not found.`;
    return host.refuse(404, { message, param: null, code: null }, "");
  }
  const { response, input } = kept;
  switch (`${method} ${suffix}`) {
    case "GET ":
      if (query.get("stream") === "true") return refuse(host, "Only background responses stream.");
      return answer(host, response);
    case "GET /input_items":
      return answer(host, pageOf(input, query));
    case "POST /cancel":
      return refuse(host, `Cannot cancel a synchronous response: '${asString(response["id"])}'.`);
    case "DELETE ":
      state.responses.remove(host.scope, asString(response["id"]));
      return answer(host, { id: response["id"], object: "response", deleted: true });
    default:
      return host.refuse(404, { message: "Invalid URL", param: null, code: null }, "");
  }
}

function answer(host: ResponsesHost, body: JsonObject): Outcome {
  return {
    kind: "call",
    vendor: host.surface,
    failures: host.failures,
    answer: () => jsonReply(200, body, host.headers),
  };
}

function refuse(host: ResponsesHost, message: string): Outcome {
  return host.refuse(400, { message, param: null, code: null }, "");
}

/** The newest first, unless asked otherwise. */
function pageOf(items: JsonObject[], query: URLSearchParams): JsonObject {
  const ordered = query.get("order") === "asc" ? items : items.toReversed();
  const after = ordered.findIndex((item) => item["id"] === query.get("after")) + 1;
  const limit = Number(query.get("limit") ?? 20);
  const data = ordered.slice(after, after + limit);
  return {
    object: "list",
    data,
    first_id: data[0]?.["id"] ?? null,
    last_id: data.at(-1)?.["id"] ?? null,
    has_more: after + limit < ordered.length,
  };
}
