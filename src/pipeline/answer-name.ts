import { canonicalText } from "../core/canonical-text.ts";
import { GatewayError } from "../core/errors.ts";
import type { Admitted } from "./admitted.ts";
import type { Call } from "./call.ts";
import { findCandidates } from "./candidates.ts";

/**
 * The name under which an answer to this call is remembered: one per team, model, grammar, meaning,
 * and deployments that may answer it. Hashed, so that no name tells a prompt. `undefined`: it has none,
 * and is answered like any call.
 */
export async function nameOfAnswer(
  call: Call,
  admitted: Admitted,
  namespace: string,
): Promise<string | undefined> {
  const { route, dialect, envelope, group, body } = call;
  const answerers = answerersOf(call);
  // Its answers hold the request's own members again.
  const asked = canonicalText(body, dialect.name === "openai-responses");
  if (answerers === undefined || asked === undefined) return undefined;
  const parts = [
    scopeOf(call, admitted),
    namespace,
    // One grammar travels in several envelopes.
    [route.path, dialect.name, dialect.framing.name],
    [envelope.model, group.name, answerers],
    // Flags of Anthropic's grammar are headers; they change what is answered, and in which form.
    [[...new Set(call.betas)].toSorted(), call.anthropicVersion ?? null],
    envelope.stream ? ["stream", envelope.streamUsage] : ["whole"],
    asked,
  ];
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A team shares its answers; a person without one, those of all their keys. */
function scopeOf({ caller }: Call, { admission: { key } }: Admitted): [string, string] {
  if (key.teamId !== null) return ["team", key.teamId];
  return key.userId === null ? ["key", caller.keyHash] : ["user", key.userId];
}

/**
 * Where the key's regions and tags, its routing and the call's own let it be answered: whoever may not
 * ask a deployment is not to have its answer. Nothing where nobody may, which the call is told later.
 */
function answerersOf(call: Call): string[] | undefined {
  try {
    return findCandidates(call)
      .map(({ deployment }) => deployment.id)
      .toSorted();
  } catch (cause) {
    if (cause instanceof GatewayError) return undefined;
    throw cause;
  }
}
