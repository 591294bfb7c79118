import type { Citation } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { renderAnnotations } from "./citations.ts";
import type { ItemWriter, Output } from "./write-items.ts";

/** Words, or a refusal, as a message of one part. */
export function createMessageWriter(kind: "text" | "refusal", output: Output): ItemWriter {
  const id = output.mint("msg");
  const outputIndex = output.items.length;
  const place = { item_id: id, output_index: outputIndex, content_index: 0 };
  const citations: Citation[] = [];
  let said = "";

  const messageOf = (status: string, content: JsonObject[]): JsonObject => ({
    id,
    type: "message",
    status,
    role: "assistant",
    content,
  });

  const open = (): JsonObject[] => [
    {
      type: "response.output_item.added",
      output_index: outputIndex,
      item: messageOf("in_progress", []),
    },
    { type: "response.content_part.added", ...place, part: partOf(kind, "") },
  ];

  return {
    begin: () => [],
    add(text) {
      const opening = said === "" ? open() : [];
      said += text;
      return [...opening, { ...deltaOf(kind, text), ...place }];
    },
    prove: () => undefined,
    cite: (citation) => void citations.push(citation),
    end() {
      if (said === "") return [];
      const annotations = kind === "text" ? renderAnnotations(citations, said) : [];
      const part = partOf(kind, said, annotations);
      const item = messageOf("completed", [part]);
      output.items.push(item);
      return [
        ...annotations.map((annotation, index) => ({
          type: "response.output_text.annotation.added",
          ...place,
          annotation_index: index,
          annotation,
        })),
        { ...doneOf(kind, said), ...place },
        { type: "response.content_part.done", ...place, part },
        { type: "response.output_item.done", output_index: outputIndex, item },
      ];
    },
  };
}

function partOf(
  kind: "text" | "refusal",
  text: string,
  annotations: JsonObject[] = [],
): JsonObject {
  return kind === "refusal"
    ? { type: "refusal", refusal: text }
    : { type: "output_text", text, annotations, logprobs: [] };
}

function deltaOf(kind: "text" | "refusal", delta: string): JsonObject {
  return kind === "refusal"
    ? { type: "response.refusal.delta", delta }
    : { type: "response.output_text.delta", delta, logprobs: [] };
}

function doneOf(kind: "text" | "refusal", text: string): JsonObject {
  return kind === "refusal"
    ? { type: "response.refusal.done", refusal: text }
    : { type: "response.output_text.done", text, logprobs: [] };
}
