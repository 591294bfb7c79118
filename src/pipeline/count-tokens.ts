import { createBodyPatch } from "../core/body-patch.ts";
import { estimateTokens, measureInput } from "../core/bound.ts";
import type { Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import { isJsonObject, parseJson } from "../core/json.ts";
import type { CallerDialect, RequestBody } from "../dialects/dialect.ts";
import { findProvider } from "../providers/index.ts";
import type { Provider, TokenCounter, UpstreamCall } from "../providers/provider.ts";
import type { ChatRoute } from "./call.ts";
import { visitOf } from "./check-access.ts";
import type { CallContext, Deps } from "./deps.ts";
import { identifySender } from "./identify.ts";
import { readList } from "./parse.ts";
import { readJsonBody } from "./read-request.ts";
import { findAllowed } from "./resolve-model.ts";
import { send } from "./upstream-request.ts";

/**
 * Counts a prompt's tokens: by the vendor where it has a counter, else by an overestimate, which says
 * so in a header. Counting is free, so nothing is reserved; the key must still be allowed to ask.
 */
export async function countTokens(
  request: Request,
  route: ChatRoute,
  context: CallContext,
  deps: Deps,
): Promise<Response> {
  const { dialect, target } = route;
  const caller = await identifySender(request, deps);
  const sent = await readJsonBody(request, deps.config.settings.requestBytesMax);
  await caller.confirmBody?.(sent.text);
  const { body, betas } = dialect.unwrap?.(sent, target) ?? { body: sent, betas: [] };
  const model = target.model ?? body.value.model;
  if (typeof model !== "string") {
    throw new GatewayError("invalid_request", "model: Field required, as a string.", {
      param: "model",
    });
  }
  const visit = visitOf(request.headers, route.path);
  const group = await findAllowed(model, caller, visit, deps);
  const asked = {
    betas: [...readList(request.headers.get("anthropic-beta")), ...betas],
    anthropicVersion: request.headers.get("anthropic-version") ?? undefined,
  };
  for (const deployment of group.deployments) {
    const counted = await countAt(deployment, body, asked, route, deps);
    if (counted !== undefined) return answerWith(counted, dialect, context);
  }
  return answerWith(estimateTokens(measureInput(body.value)), dialect, context, {
    "x-sekisho-token-count": "estimated",
  });
}

/** The vendor's count; `undefined` when it has no counter or does not answer. */
async function countAt(
  deployment: Deployment,
  body: RequestBody,
  asked: Pick<UpstreamCall, "betas" | "anthropicVersion">,
  route: ChatRoute,
  deps: Deps,
): Promise<number | undefined> {
  const provider = findProvider(deployment.provider);
  const counter = provider?.countTokens;
  if (provider === undefined || counter === undefined) return undefined;
  if (provider.missing(deployment).length > 0) return undefined;
  // A prompt in another grammar would first have to be translated; the estimate is as good.
  if (provider.dialect(deployment, route.dialect.name).name !== route.dialect.name)
    return undefined;
  try {
    const upstream = {
      ...asked,
      deployment,
      dialect: route.dialect.name,
      stream: false,
      addedBetas: [],
    };
    return await askCounter({ provider, counter, upstream }, body, deps);
  } catch {
    // Any trouble here has the same remedy: the next counter, or the estimate.
    return undefined;
  }
}

interface Counting {
  provider: Provider;
  counter: TokenCounter;
  upstream: UpstreamCall;
}

async function askCounter(
  { provider, counter, upstream }: Counting,
  body: RequestBody,
  deps: Deps,
): Promise<number | undefined> {
  const patch = createBodyPatch(body.text);
  patch.set("model", upstream.deployment.model);
  counter.adaptBody(patch, upstream);
  const request = { signal: AbortSignal.timeout(COUNT_TIMEOUT_MS) };
  const response = await send(
    { attempt: { provider }, upstream, request },
    (tools) => counter.prepare(upstream, patch.text(), tools),
    deps,
  );
  const answer = parseJson(await response.text());
  return response.ok && isJsonObject(answer) ? counter.read(answer) : undefined;
}

/** Clients count before they send; a slow counter is worse than an estimate. */
const COUNT_TIMEOUT_MS = 10_000;

function answerWith(
  inputTokens: number,
  dialect: CallerDialect,
  context: CallContext,
  extra: Record<string, string> = {},
): Response {
  return Response.json(dialect.renderTokenCount?.(inputTokens) ?? { input_tokens: inputTokens }, {
    headers: { "x-litellm-call-id": context.id, ...extra },
  });
}
