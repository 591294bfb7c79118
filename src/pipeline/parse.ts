import type { ChatRequest } from "../core/chat.ts";
import { GatewayError } from "../core/errors.ts";
import { findGroup } from "../core/plan.ts";
import type { ModelGroup } from "../core/plan.ts";
import { readAttribution } from "./attribution.ts";
import type { Call, ChatRoute } from "./call.ts";
import type { CallContext, Deps } from "./deps.ts";
import type { Caller } from "./caller.ts";
import { readJsonBody } from "./read-request.ts";

/** Request → call: who asks what of which model. Reads as little of the body as it can. */
export async function parse(
  request: Request,
  caller: Caller,
  route: ChatRoute,
  context: CallContext,
  deps: Deps,
): Promise<Call> {
  const readBody = route.forward?.readBody ?? readJsonBody;
  const sent = await readBody(request, deps.config.settings.requestBytesMax);
  await caller.confirmBody?.(sent.text);
  const { dialect, target } = route;
  const { body, betas } = dialect.unwrap?.(sent, target) ?? { body: sent, betas: [] };
  const envelope = dialect.readEnvelope(body.value, target);
  let parsed: ChatRequest | undefined;
  return {
    context,
    caller,
    route,
    dialect,
    body,
    envelope,
    group: groupOf(envelope.model, deps),
    attribution: readAttribution(request.headers, body.value, envelope),
    betas: [...readList(request.headers.get("anthropic-beta")), ...betas],
    anthropicVersion: request.headers.get("anthropic-version") ?? undefined,
    parsed: () => (parsed ??= dialect.parseRequest(body.value, target)),
  };
}

export function groupOf(model: string, deps: Deps): ModelGroup {
  const group = findGroup(model, deps.config);
  if (group !== undefined) return group;
  throw new GatewayError(
    "unknown_model",
    `Invalid model name passed in model=${model.slice(0, MODEL_CHARACTERS_SHOWN)}. No deployment serves it; GET /v1/models lists what your key can use.`,
    { param: "model" },
  );
}

/** Enough to recognise a typo; a hostile name is not echoed at length. */
const MODEL_CHARACTERS_SHOWN = 128;

export function readList(header: string | null): string[] {
  return (header ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
}
