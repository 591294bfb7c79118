import type { BodyPatch } from "../core/body-patch.ts";
import type { Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import { adaptClaudeBody } from "./claude-body.ts";
import type { UpstreamCall } from "./provider.ts";

/** Claude by InvokeModel: the Messages grammar in another envelope. */
export function adaptInvokeBody(body: BodyPatch, call: UpstreamCall): void {
  refuseOtherModels(call.deployment);
  // Whoever writes flags where Bedrock reads them has chosen among those that Bedrock knows.
  const chosen = body.get("anthropic_beta");
  const betas = [...(Array.isArray(chosen) ? chosen : []), ...adaptClaudeBody(body, call)];
  // Both are said by the URL.
  body.delete("model");
  body.delete("stream");
  if (betas.length > 0) body.set("anthropic_beta", [...new Set(betas)]);
}

/** An ARN does not say whose model it is; every other id does. */
function refuseOtherModels({ model, baseModel }: Deployment): void {
  if (model.includes("claude") || baseModel.includes("claude") || /arn(:|%3A)/i.test(model)) return;
  throw new GatewayError(
    "not_supported",
    `bedrock/${model} is not a Claude model, and only Claude is spoken to by InvokeModel: write bedrock/converse/${model}, or name an ARN's model in model_info.base_model.`,
  );
}
