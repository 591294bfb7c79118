import { createBodyPatch } from "../core/body-patch.ts";
import { NO_USAGE, tokenCount } from "../core/chat.ts";
import type { Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import { parseJson } from "../core/json.ts";
import { BEDROCK_INPUT_COUNT, cohereEmbeddings } from "../dialects/embeddings/cohere.ts";
import type { EmbeddingGrammar } from "../dialects/embeddings/grammar.ts";
import { titanEmbeddings } from "../dialects/embeddings/titan.ts";
import { objectIn } from "../dialects/lenient.ts";
import { translatedEmbeddings } from "./embeddings.ts";
import type { Endpoint, EndpointAnswer } from "./endpoint.ts";
import { removeGatewayFields } from "./gateway-fields.ts";
import type { PreparedRequest, ProviderTools, UpstreamCall } from "./provider.ts";

type PrepareBedrock = (
  call: UpstreamCall,
  operation: string,
  body: string,
  tools: ProviderTools,
) => Promise<PreparedRequest>;

/** Amazon's and Cohere's models, by InvokeModel. */
export function bedrockEmbeddings(prepare: PrepareBedrock): Endpoint {
  return translatedEmbeddings(grammarOf, (call, body, tools) =>
    prepare(call, "invoke", body, tools),
  );
}

/** An ARN does not say whose model it is; `base_model` does. */
function grammarOf({ model, baseModel }: Deployment): EmbeddingGrammar {
  return /cohere/.test(`${model} ${baseModel}`) ? cohereEmbeddings : titanEmbeddings;
}

/** The same models for a caller who invokes them: body and answer pass as they are, and are counted. */
export function invokedEmbeddings(prepare: PrepareBedrock): Endpoint {
  return {
    bodies({ text, value }, { deployment }) {
      refuseOtherModels(deployment);
      const body = createBodyPatch(text, value);
      removeGatewayFields(body);
      return [body.text()];
    },
    prepare: (call, body, tools) =>
      prepare(call, "invoke", typeof body === "string" ? body : "", tools),
    read([answer]) {
      const count = answer && countIn(answer);
      const usage =
        count === undefined ? undefined : { ...NO_USAGE, inputTokens: tokenCount(count) };
      return { text: answer?.text ?? "", usage, units: undefined };
    },
  };
}

/** A model that writes would be charged for its input alone. */
function refuseOtherModels({ group, model, baseModel, modelInfo }: Deployment): void {
  if (/embed/.test(`${model} ${baseModel}`) || modelInfo["mode"] === "embedding") return;
  throw new GatewayError(
    "invalid_request",
    `${group} makes no embeddings, and this body asks for one. Ask it by Converse; an administrator whose ARN is an embedding model can set model_info.mode to embedding.`,
    { param: "model" },
  );
}

function countIn({ headers, text }: EndpointAnswer): number | undefined {
  const header = headers.get(BEDROCK_INPUT_COUNT);
  if (header !== null) return Number(header);
  const { inputTextTokenCount: count } = objectIn(parseJson(text));
  return typeof count === "number" ? count : undefined;
}
