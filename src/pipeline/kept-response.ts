import { createBodyPatch } from "../core/body-patch.ts";
import type { Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import { isJsonObject, parseJson } from "../core/json.ts";
import { findGroup } from "../core/plan.ts";
import { openResponseId, type KeptResponse } from "../core/response-id.ts";
import { openAiResponses } from "../dialects/openai-responses/index.ts";
import { findProvider } from "../providers/index.ts";
import type { Provider } from "../providers/provider.ts";
import { readGrant, visitOf, type Grant } from "./check-access.ts";
import type { CallContext, Deps } from "./deps.ts";
import { errorOfFailure } from "./failed.ts";
import { identify } from "./identify.ts";
import { sealObject } from "./seal-answer.ts";
import { sealingOfKept, type KeptSealing } from "./sealing.ts";
import { readFailure, readText } from "./upstream-request.ts";
import { vendorAccountOf } from "./vendor-account.ts";

/** What can be done with an answer that its vendor keeps. */
export interface KeptOperation {
  method: "GET" | "POST" | "DELETE";
  /** What stands behind the id in the path. */
  suffix: "" | "/cancel" | "/input_items";
  /** Parameters of the URL that the vendor may see. */
  parameters: readonly string[];
  /** The route's path, as lists of allowed routes have it. */
  route: string;
}

/**
 * Asks the vendor for an answer it keeps, or something about it. It was paid for when it was given, so
 * this costs nothing and reserves nothing; but the key must be alive, and the answer its owner's.
 */
export async function askKept(
  request: Request,
  sentId: string,
  operation: KeptOperation,
  context: CallContext,
  deps: Deps,
): Promise<Response> {
  const { headers, url } = request;
  const caller = await identify(headers, deps, url);
  const grant = await readGrant(caller, visitOf(headers, operation.route), deps);
  const owner = { accountId: caller.accountId, userId: grant.key.userId };
  const kept = await openResponseId(sentId, owner, deps.signer);
  if (kept === undefined) throw unknownResponse();
  const query = queryFor(url, operation);
  const place = await findPlace(kept, grant, deps);
  const text = await askVendor(place, { sentId, vendorId: kept.id }, operation, query, deps);
  const sealing = sealingOfKept(kept, sentId, place.deployment, owner, deps);
  return new Response(await sealText(text, place, sealing), {
    headers: {
      "content-type": "application/json",
      "x-litellm-call-id": context.id,
      "x-litellm-model-id": place.deployment.id,
    },
  });
}

async function sealText(
  text: string,
  { provider: { name } }: Place,
  sealing: KeptSealing,
): Promise<string> {
  const value = parseJson(text);
  if (!isJsonObject(value)) {
    const message = `${name} answered in no form that can be read. Ask again.`;
    throw new GatewayError("upstream_error", message, { provider: name });
  }
  const patch = createBodyPatch(text, value);
  const members = await sealObject(value, sealing);
  for (const [member, sealed] of Object.entries(members)) patch.set(member, sealed);
  return patch.text();
}

/** The same words whether it never was, is another's or is forged: an id tells nobody anything. */
function unknownResponse(): GatewayError {
  return new GatewayError(
    "not_found",
    'No response of yours is kept under this id. A response is kept when OpenAI or Azure answers it and it was not made with "store": false; its id is good for the keys of whoever made it.',
    { param: "response_id" },
  );
}

function queryFor(url: string, { parameters }: KeptOperation): URLSearchParams {
  const asked = new URL(url).searchParams;
  if (asked.get("stream") === "true") {
    throw new GatewayError(
      "unsupported_parameter",
      "stream: a kept response is given whole; leave it out.",
      { param: "stream" },
    );
  }
  return new URLSearchParams([...asked].filter(([name]) => parameters.includes(name)));
}

interface Place {
  deployment: Deployment;
  provider: Provider;
}

/** The deployment that gave the answer, else another of its account, if the key may use its model. */
async function findPlace(kept: KeptResponse, grant: Grant, deps: Deps): Promise<Place> {
  const places = (await findPlaces(kept, deps)).toSorted(
    (a, b) => Number(isGiver(b, kept)) - Number(isGiver(a, kept)),
  );
  if (places.length === 0) {
    throw new GatewayError(
      "not_found",
      "The account that keeps this response is not configured any more. An administrator can tell what became of it.",
      { param: "response_id" },
    );
  }
  const allowed = places.find(({ deployment: { group: name } }) => {
    const deployments = findGroup(name, deps.config)?.deployments ?? [];
    return grant.mayUse(name, { name, deployments });
  });
  if (allowed !== undefined) return allowed;
  throw new GatewayError(
    "model_access_denied",
    "Your key may not use the model that gave this response any more; GET /v1/models lists what it can.",
    { param: "response_id" },
  );
}

function isGiver({ deployment }: Place, kept: KeptResponse): boolean {
  return deployment.id === kept.deploymentId;
}

async function findPlaces(kept: KeptResponse, { config, signer }: Deps): Promise<Place[]> {
  const accounts = await Promise.all(
    config.deployments.map((deployment) => vendorAccountOf(deployment, signer)),
  );
  return config.deployments.flatMap((deployment, index) => {
    const provider = findProvider(deployment.provider);
    const isKeeper = deployment.id === kept.deploymentId || accounts[index] === kept.vendorAccount;
    return isKeeper && provider?.responses !== undefined ? [{ deployment, provider }] : [];
  });
}

async function askVendor(
  { deployment, provider }: Place,
  { sentId, vendorId }: { sentId: string; vendorId: string },
  { method, suffix }: KeptOperation,
  query: URLSearchParams,
  deps: Deps,
): Promise<string> {
  const address = provider.responses?.address(deployment, `/${vendorId}${suffix}`);
  if (address === undefined) throw unknownResponse();
  const url = new URL(address.url);
  for (const [name, value] of query) url.searchParams.append(name, value);
  const response = await send(new Request(url, requestOf(method, address.headers)), provider, deps);
  const text = await readText(response);
  if (response.ok) return text;
  if (response.status === 404) throw unknownResponse();
  // Vendors quote the id in what they say.
  const told = text.replaceAll(vendorId, sentId);
  const failed = new Response(told, { status: response.status, headers: response.headers });
  const failure = await readFailure(failed, provider, openAiResponses);
  throw errorOfFailure(
    { kind: "failed", failure, deployment, attempts: 1 },
    { dialect: openAiResponses },
  );
}

function requestOf(method: string, headers: Record<string, string>): RequestInit {
  // A vendor's redirect would carry the credential to a host nobody configured.
  return { method, headers, redirect: "manual", signal: AbortSignal.timeout(KEPT_TIMEOUT_MS) };
}

/** Nothing is computed for it. */
const KEPT_TIMEOUT_MS = 30_000;

async function send(request: Request, { name }: Provider, deps: Deps): Promise<Response> {
  try {
    return await deps.fetch(request);
  } catch (cause) {
    throw new GatewayError("upstream_error", `${name} could not be reached. Ask again.`, {
      provider: name,
      cause,
    });
  }
}
