import type { JsonObject } from "../../core/json.ts";
import type { ItemWriter, Output } from "./write-items.ts";

/** Words, or a refusal, as a message of one part. */
export function createMessageWriter(kind: "text" | "refusal", output: Output): ItemWriter {
  const id = output.mint("msg");
  const outputIndex = output.items.length;
  const place = { item_id: id, output_index: outputIndex, content_index: 0 };
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
    end() {
      if (said === "") return [];
      const part = partOf(kind, said);
      const item = messageOf("completed", [part]);
      output.items.push(item);
      return [
        { ...doneOf(kind, said), ...place },
        { type: "response.content_part.done", ...place, part },
        { type: "response.output_item.done", output_index: outputIndex, item },
      ];
    },
  };
}

function partOf(kind: "text" | "refusal", text: string): JsonObject {
  return kind === "refusal"
    ? { type: "refusal", refusal: text }
    : { type: "output_text", text, annotations: [], logprobs: [] };
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
