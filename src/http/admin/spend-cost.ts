import * as z from "zod";
import { estimateTokens, measureInput } from "../../core/bound.ts";
import { NO_USAGE } from "../../core/chat.ts";
import type { Deployment, GatewayConfig } from "../../core/config/deployment.ts";
import { costOf, ratesFor } from "../../core/cost.ts";
import { GatewayError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { usdFromNano, usdFromPico } from "../../core/money.ts";
import { findGroup } from "../../core/plan.ts";
import type { Price } from "../../core/price.ts";
import { usageOf } from "../../dialects/openai-chat/usage.ts";
import * as field from "./fields.ts";
import { bodyRoute, type AdminRoute } from "./route.ts";

/** A hundred million: what arithmetic with prices is exact for (`core/cost.ts`). */
const TOKENS_MAX = 100_000_000;
const CALLS_MAX = 1_000_000_000;

const callCount = z.number().min(0).max(CALLS_MAX).nullable().default(null);

/** What a call costs, or would cost. Nothing is stored and no vendor is asked. */
export const spendCostRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/spend/calculate"],
    action: "spend.read",
    summary:
      "The cost of a finished completion, by its usage; or of a prompt, by an estimate of its tokens.",
    body: z.object({
      model: field.text.optional(),
      messages: z.array(z.unknown()).optional(),
      completion_response: field.optionalObject,
    }),
    async answer({ body, deps }) {
      const response = body.completion_response ?? undefined;
      const named = body.model ?? response?.["model"];
      if (typeof named !== "string")
        throw missing("model", "name the model, or send a completion_response that does");
      const { price } = requirePrice(named, deps.config);
      if (response !== undefined) {
        const { usage } = response;
        if (!isJsonObject(usage)) throw missing("completion_response", "has no usage to price");
        return { cost: usdFromNano(costOf(usageOf(usage), price).costNanoUsd) };
      }
      if (body.messages === undefined)
        throw missing("messages", "send messages or a completion_response");
      // They came in as JSON, and only their size is looked at.
      const inputTokens = estimateTokens(measureInput({ messages: body.messages } as JsonObject));
      return { cost: usdFromNano(costOf({ ...NO_USAGE, inputTokens }, price).costNanoUsd) };
    },
  }),
  bodyRoute({
    paths: ["/cost/estimate"],
    action: "spend.read",
    summary: "What calls of this size would cost, each, per day and per month.",
    body: z.object({
      model: field.text,
      input_tokens: z.int().min(0).max(TOKENS_MAX),
      output_tokens: z.int().min(0).max(TOKENS_MAX),
      num_requests_per_day: callCount,
      num_requests_per_month: callCount,
    }),
    async answer({ body, deps }) {
      const { price, deployment } = requirePrice(body.model, deps.config);
      const usage = {
        ...NO_USAGE,
        inputTokens: body.input_tokens,
        outputTokens: body.output_tokens,
      };
      const { costNanoUsd, breakdown } = costOf(usage, price);
      const { input, output } = breakdown;
      const rates = ratesFor(body.input_tokens, price);
      return {
        ...body,
        cost_per_request: usdFromNano(costNanoUsd),
        input_cost_per_request: usdFromNano(input),
        output_cost_per_request: usdFromNano(output),
        margin_cost_per_request: 0,
        ...times("daily", body.num_requests_per_day, input, output),
        ...times("monthly", body.num_requests_per_month, input, output),
        input_cost_per_token: usdFromPico(rates.inputPico),
        output_cost_per_token: usdFromPico(rates.outputPico),
        provider: deployment.provider,
      };
    },
  }),
];

function times(
  name: "daily" | "monthly",
  count: number | null,
  inputNanoUsd: number,
  outputNanoUsd: number,
): JsonObject {
  const of = (nanoUsd: number) => (count === null ? null : usdFromNano(nanoUsd * count));
  return {
    [`${name}_cost`]: of(inputNanoUsd + outputNanoUsd),
    [`${name}_input_cost`]: of(inputNanoUsd),
    [`${name}_output_cost`]: of(outputNanoUsd),
    [`${name}_margin_cost`]: of(0),
  };
}

/** By the public name, or by the vendor's as completions have it. The dearest, where a name has several. */
function requirePrice(
  model: string,
  config: GatewayConfig,
): { price: Price; deployment: Deployment } {
  const deployments = findGroup(model, config)?.deployments ?? named(model, config);
  const priced = deployments
    .flatMap((deployment) =>
      deployment.price === undefined ? [] : [{ price: deployment.price, deployment }],
    )
    .toSorted((a, b) => b.price.outputPico - a.price.outputPico);
  const [first] = priced;
  if (first !== undefined) return first;
  if (deployments.length > 0) {
    throw new GatewayError("unpriced_model", `No deployment of ${model} has a price.`, {
      param: "model",
    });
  }
  throw new GatewayError("unknown_model", `No route serves ${model}; see GET /v1/models.`, {
    param: "model",
  });
}

function named(model: string, { deployments }: GatewayConfig): readonly Deployment[] {
  return deployments.filter(
    (one) =>
      one.model === model || one.baseModel === model || `${one.provider}/${one.model}` === model,
  );
}

function missing(param: string, problem: string): GatewayError {
  return new GatewayError("invalid_request", `${param}: ${problem}`, { param });
}
