import type { ChatRequest } from "../core/chat.ts";
import type { CallerDialect } from "../dialects/dialect.ts";
import { readAttribution } from "./attribution.ts";
import { visitOf } from "./check-access.ts";
import type { Call, ChatRoute } from "./call.ts";
import type { CallContext, Deps } from "./deps.ts";
import type { Caller } from "./caller.ts";
import { readJsonBody } from "./read-request.ts";
import { resolveModel } from "./resolve-model.ts";
import { guessTerms, termsOf, type Terms } from "./terms.ts";
import { meaningOf } from "./variant.ts";
import { readCallWish } from "./wish.ts";

/** Request → call: who asks what of which model. Reads as little of the body as it can. */
export async function parse(
  request: Request,
  caller: Caller,
  asked: ChatRoute,
  context: CallContext,
  deps: Deps,
): Promise<Call> {
  const readBody = asked.forward?.readBody ?? readJsonBody;
  const sent = await readBody(request, deps.config.settings.requestBytesMax);
  await caller.confirmBody?.(sent.text);
  const route = asked.insteadFor?.(sent.value) ?? asked;
  const { dialect, target } = route;
  const { body, betas } = dialect.unwrap?.(sent, target) ?? { body: sent, betas: [] };
  const envelope = dialect.readEnvelope(body.value, target);
  const visit = visitOf(request.headers, route.path);
  const asks = await resolveModel(envelope.model, caller, visit, deps);
  const { endUsers } = deps.config.settings;
  const said = readAttribution(request.headers, body.value, envelope, endUsers.headers);
  const meaning = meaningOf(asks, said, caller, deps);
  const parsed = new Map<boolean, ChatRequest>();
  return {
    context,
    caller,
    route,
    dialect,
    body,
    envelope,
    ...meaning,
    said,
    allowsClamping: request.headers.get("x-sekisho-clamp") === "true",
    terms: firstTerms(caller, said.endUser, deps),
    cacheControl: request.headers.get("cache-control"),
    wish: readCallWish(request.headers, body.value),
    betas: [...readList(request.headers.get("anthropic-beta")), ...betas],
    anthropicVersion: anthropicVersion(request.headers, dialect),
    parsed(dropParams) {
      const request =
        parsed.get(dropParams) ?? dialect.parseRequest(body.value, { ...target, dropParams });
      parsed.set(dropParams, request);
      return request;
    },
  };
}

/** As the account had it last; a new key is taken for one like all. */
function firstTerms({ keyHash }: Caller, endUser: string | null, deps: Deps): Terms {
  const said = deps.termsMemory.find(keyHash, endUser);
  return said === undefined ? guessTerms(deps.config) : termsOf(said, deps.config);
}

/** Another grammar's caller has not chosen among what the versions allow: its body is written here. */
function anthropicVersion(headers: Headers, { name }: CallerDialect): string | undefined {
  return name === "anthropic-messages"
    ? (headers.get("anthropic-version") ?? undefined)
    : undefined;
}

export function readList(header: string | null): string[] {
  return (header ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
}
