import { anthropicMessages } from "../dialects/anthropic-messages/index.ts";
import { bedrockConverse } from "../dialects/bedrock-converse/index.ts";
import { failureOf } from "../dialects/failure.ts";
import { adaptConverseBody } from "./bedrock-converse.ts";
import { bedrockCounter } from "./bedrock-count.ts";
import { bedrockEmbeddings, invokedEmbeddings } from "./bedrock-embeddings.ts";
import { adaptInvokeBody } from "./bedrock-invoke.ts";
import { missingForBedrock, prepareBedrock } from "./bedrock-request.ts";
import { createConverseDecoder, createInvokeDecoder } from "./bedrock-stream.ts";
import { speaksConverse } from "./bedrock-target.ts";
import type { Provider } from "./provider.ts";

/**
 * Models on AWS, by two surfaces: Claude by InvokeModel, which is the Messages grammar in another
 * envelope, every other model by Converse. `bedrock/converse/…` and `bedrock/invoke/…` choose one, and
 * a caller who speaks Converse is understood by Claude as well.
 */
export const bedrock: Provider = {
  name: "bedrock",
  framing: "event-stream",
  dialect: (deployment, caller) =>
    speaksConverse(deployment, caller) ? bedrockConverse : anthropicMessages,
  missing: missingForBedrock,
  adaptBody: (body, call) =>
    call.dialect === "bedrock-converse"
      ? adaptConverseBody(body, call)
      : adaptInvokeBody(body, call),
  prepare(call, body, tools) {
    const [whole, stream] =
      call.dialect === "bedrock-converse"
        ? ["converse", "converse-stream"]
        : ["invoke", "invoke-with-response-stream"];
    return prepareBedrock(call, call.stream ? stream : whole, body, tools);
  },
  createDecoder: (dialect) =>
    dialect === "bedrock-converse" ? createConverseDecoder() : createInvokeDecoder(),
  readFailure: failureOf,
  countTokens: bedrockCounter(adaptInvokeBody, prepareBedrock),
  endpoints: {
    embeddings: bedrockEmbeddings(prepareBedrock),
    "invoked-embeddings": invokedEmbeddings(prepareBedrock),
  },
};
