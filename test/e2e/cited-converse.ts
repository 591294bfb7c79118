import { ConverseCommand, ConverseStreamCommand } from "@aws-sdk/client-bedrock-runtime";
import type {
  BedrockRuntimeClient,
  Citation,
  CitationsDelta,
  ContentBlock,
} from "@aws-sdk/client-bedrock-runtime";

/** Words and what they lean on, put together the way AWS's examples do. */
export async function citedConverse(
  client: BedrockRuntimeClient,
  modelId: string,
  content: ContentBlock[],
  stream: boolean,
): Promise<{ text: string; citations: (Citation | CitationsDelta)[] }> {
  const messages = [{ role: "user" as const, content }];
  if (!stream) {
    const { output } = await client.send(new ConverseCommand({ modelId, messages }));
    const blocks = output?.message?.content ?? [];
    const cited = blocks.flatMap((block) =>
      block.citationsContent ? [block.citationsContent] : [],
    );
    return {
      text: blocks
        .flatMap((block) => block.citationsContent?.content?.map(({ text }) => text) ?? block.text)
        .join(""),
      citations: cited.flatMap((one) => one.citations ?? []),
    };
  }
  const answer = await client.send(new ConverseStreamCommand({ modelId, messages }));
  const citations: CitationsDelta[] = [];
  let text = "";
  for await (const event of answer.stream ?? []) {
    const delta = event.contentBlockDelta?.delta;
    text += delta?.text ?? "";
    if (delta?.citation) citations.push(delta.citation);
  }
  return { text, citations };
}
