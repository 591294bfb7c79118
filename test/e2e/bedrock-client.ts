import {
  BedrockRuntimeClient,
  type ContentBlock,
  type ConverseResponse,
  type ConverseStreamOutput,
} from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";

export type BedrockAccess = { token: string } | { accessKeyId: string; secretAccessKey: string };

/** AWS's own client, told where the gateway is; HTTP/2, its default, is not spoken in tests. */
export function bedrockClient(gatewayUrl: string, access: BedrockAccess): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    region: "eu-west-3",
    endpoint: `${gatewayUrl}/bedrock`,
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
    ...("token" in access
      ? { token: access, authSchemePreference: ["httpBearerAuth"] }
      : { credentials: access }),
  });
}

/** A streamed answer as the whole one it stands for, put together the way AWS's examples do. */
export async function collectConverse(
  stream: AsyncIterable<ConverseStreamOutput> | undefined,
): Promise<ConverseResponse> {
  const blocks: { text: string; input: string; thought: string; block: ContentBlock }[] = [];
  const answer: Partial<ConverseResponse> = {};
  const at = (index = 0) =>
    (blocks[index] ??= { text: "", input: "", thought: "", block: { text: "" } });
  for await (const event of stream ?? []) {
    const { contentBlockStart: start, contentBlockDelta: delta } = event;
    if (start?.start?.toolUse) {
      const toolUse = { ...start.start.toolUse, input: {} };
      at(start.contentBlockIndex).block = { toolUse } as ContentBlock;
    }
    if (delta) {
      const open = at(delta.contentBlockIndex);
      const thought = delta.delta?.reasoningContent;
      open.text += delta.delta?.text ?? "";
      open.input += delta.delta?.toolUse?.input ?? "";
      open.thought += thought?.text ?? "";
      if (thought?.signature !== undefined || thought?.text !== undefined) {
        const known = open.block.reasoningContent?.reasoningText?.signature;
        const signature = thought.signature ?? known;
        open.block = { reasoningContent: { reasoningText: { text: open.thought, signature } } };
      }
    }
    if (event.messageStop) answer.stopReason = event.messageStop.stopReason;
    if (event.metadata) Object.assign(answer, event.metadata);
  }
  const content = blocks.map(({ block, text, input }): ContentBlock => {
    if (block.toolUse) {
      return {
        toolUse: { ...block.toolUse, input: JSON.parse(input || "{}") as object },
      } as ContentBlock;
    }
    return block.reasoningContent ? block : { text };
  });
  return { ...answer, output: { message: { role: "assistant", content } } } as ConverseResponse;
}
