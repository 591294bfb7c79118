import type { Proof } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { renderReasoning } from "./reasoning.ts";
import type { ItemWriter, Output } from "./write-items.ts";

/** A thought as a summary of one part. `given` is the proof of one whose words the vendor hid. */
export function createThoughtWriter(output: Output, given?: Proof): ItemWriter {
  const id = output.mint("rs");
  const outputIndex = output.items.length;
  const place = { item_id: id, output_index: outputIndex, summary_index: 0 };
  let thought = "";
  let proof = given;

  const added = (): JsonObject => ({
    type: "response.output_item.added",
    output_index: outputIndex,
    item: { id, type: "reasoning", summary: [] },
  });

  const open = (): JsonObject[] => [
    added(),
    { type: "response.reasoning_summary_part.added", ...place, part: partOf("") },
  ];

  const close = (): JsonObject[] => [
    { type: "response.reasoning_summary_text.done", ...place, text: thought },
    { type: "response.reasoning_summary_part.done", ...place, part: partOf(thought) },
  ];

  return {
    begin: () => [],
    add(text) {
      const opening = thought === "" ? open() : [];
      thought += text;
      return [...opening, { type: "response.reasoning_summary_text.delta", ...place, delta: text }];
    },
    prove: (found) => void (proof = found),
    end() {
      if (thought === "" && !proof) return [];
      const item = renderReasoning(id, thought, proof);
      output.items.push(item);
      return [
        ...(thought === "" ? [added()] : close()),
        { type: "response.output_item.done", output_index: outputIndex, item },
      ];
    },
  };
}

function partOf(text: string): JsonObject {
  return { type: "summary_text", text };
}
