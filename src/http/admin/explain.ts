import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import { MASTER_KEY_HASH } from "../../core/ledger/policy.ts";
import { coverageOf } from "../../core/roles.ts";
import type { Caller } from "../../pipeline/caller.ts";
import { MASTER_CALLER } from "../../pipeline/identify.ts";
import { EXPLAINABLE_PATHS, findExplainable } from "../explainable.ts";
import { hashOf, requireKey } from "./key-changes.ts";
import * as field from "./fields.ts";
import { bodyRoute, type AdminCall, type AdminRoute } from "./route.ts";

const ExplainBody = z.object({
  /** The key itself or its hash; left out: the key that asks. */
  key: field.text.optional(),
  route: field.text.default("/v1/chat/completions"),
  request: z.record(z.string(), z.json()),
  /** What the call would carry: tags, its session, who asks. */
  headers: z.record(z.string(), z.string()).default({}),
});

export const explainRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/explain", "/sekisho/explain"],
    action: "key.read",
    summary:
      "What would happen to this request with this key, and why: rules, limits, deployments, price. Nothing is sent.",
    body: ExplainBody,
    async answer(call) {
      const { body, deps } = call;
      const route = findExplainable(body.route);
      if (route === undefined) throw unknownRoute(body.route);
      const caller = await callerOf(call, body.key);
      const request = requestOf(route.path, body.request, headersOf(body.headers));
      return deps.explain({ request, caller, route }, deps.config);
    },
  }),
];

/** Everybody may ask about the key in their hand; about others', who may see all settings. */
async function callerOf({ asker, deps }: AdminCall, key: string | undefined): Promise<Caller> {
  const hash = key === undefined ? asker.keyHash : await hashOf(key);
  if (hash !== asker.keyHash && coverageOf("settings.read", asker) === undefined) {
    throw new GatewayError(
      "admin_only",
      "You may ask about the key you use, and about no other. Leave out `key`.",
      { param: "key" },
    );
  }
  if (hash === MASTER_KEY_HASH || key === deps.masterKey) return { ...MASTER_CALLER };
  const row = await requireKey(hash, deps);
  return { accountId: row.accountId, keyHash: row.hash };
}

function headersOf(said: Record<string, string>): Headers {
  try {
    return new Headers(said);
  } catch (cause) {
    throw new GatewayError("invalid_request", "headers: not a valid name or value of a header.", {
      param: "headers",
      cause,
    });
  }
}

/** As it would come in; the host is nobody's. */
function requestOf(path: string, body: object, headers: Headers): Request {
  headers.set("content-type", "application/json");
  return new Request(`https://gateway.invalid${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
}

function unknownRoute(route: string): GatewayError {
  return new GatewayError(
    "invalid_request",
    `route: ${route} cannot be explained; these can: ${EXPLAINABLE_PATHS.join(", ")}.`,
    { param: "route" },
  );
}
