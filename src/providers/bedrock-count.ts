import type { BodyPatch } from "../core/body-patch.ts";
import { GatewayError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import { base64OfText } from "./base64.ts";
import { bedrockTarget, isApplicationProfile } from "./bedrock-target.ts";
import type { PreparedRequest, ProviderTools, TokenCounter, UpstreamCall } from "./provider.ts";

type PrepareOperation = (
  call: UpstreamCall,
  operation: string,
  body: string,
  tools: ProviderTools,
) => Promise<PreparedRequest>;

/** CountTokens takes the body of the InvokeModel call it counts for, whole and in base64. */
export function bedrockCounter(
  adaptInvokeBody: (body: BodyPatch, call: UpstreamCall) => void,
  prepareOperation: PrepareOperation,
): TokenCounter {
  return {
    adaptBody(body, call) {
      refuseApplicationProfile(call);
      adaptInvokeBody(body, call);
      completeForInvoke(body);
    },
    prepare(call, body, tools) {
      const input = { invokeModel: { body: base64OfText(body) } };
      return prepareOperation(call, "count-tokens", JSON.stringify({ input }), tools);
    },
    read: ({ inputTokens }) => (typeof inputTokens === "number" ? inputTokens : undefined),
  };
}

/** With 501 clients count by themselves, which is right where AWS cannot. */
function refuseApplicationProfile({ deployment }: UpstreamCall): void {
  if (!isApplicationProfile(bedrockTarget(deployment).id)) return;
  throw new GatewayError(
    "not_supported",
    "Bedrock does not count tokens for an application inference profile.",
  );
}

/** A body to count has no `max_tokens`, but one to invoke must have it, above the thinking budget. */
function completeForInvoke(body: BodyPatch): void {
  const tools = body.get("tools");
  if (Array.isArray(tools) && tools.length === 0) body.delete("tools");
  if (body.has("max_tokens")) return;
  const thinking = body.get("thinking");
  const budget = isJsonObject(thinking) ? thinking.budget_tokens : undefined;
  body.set("max_tokens", (typeof budget === "number" ? budget : 0) + 1);
}
