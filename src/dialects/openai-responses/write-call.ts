import { parseJson } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { objectIn } from "../lenient.ts";
import { freeTextOf } from "./tool-names.ts";
import type { CallerTool } from "./tool-names.ts";
import type { ItemWriter, Output } from "./write-items.ts";

/** A call of a tool, under the name and in the form the caller declared it. */
export function createCallWriter(callId: string, tool: CallerTool, output: Output): ItemWriter {
  switch (tool.kind) {
    case "function":
      return createFunctionWriter(callId, tool, output);
    case "custom":
      return createCustomWriter(callId, tool, output);
    case "search":
      return createSearchWriter(callId, output);
  }
}

function createFunctionWriter(callId: string, tool: CallerTool, output: Output): ItemWriter {
  const id = output.mint("fc");
  const outputIndex = output.items.length;
  const place = { item_id: id, output_index: outputIndex };
  let written = "";

  const callOf = (status: string): JsonObject => ({
    id,
    type: "function_call",
    status,
    call_id: callId,
    ...namesOf(tool),
    arguments: written,
  });

  const add = (text: string): JsonObject[] => {
    written += text;
    return [{ type: "response.function_call_arguments.delta", ...place, delta: text }];
  };

  return {
    begin: () => [addedEvent(outputIndex, callOf("in_progress"))],
    add,
    // A proof that comes late has no place left: thoughts stand in front of their call.
    prove: () => undefined,
    end() {
      // No arguments are an object without members here.
      const missing = written === "" ? add("{}") : [];
      const item = callOf("completed");
      output.items.push(item);
      return [
        ...missing,
        { type: "response.function_call_arguments.done", ...place, arguments: written },
        { type: "response.output_item.done", output_index: outputIndex, item },
      ];
    },
  };
}

/** Free text is known only when the object around it is complete, so it is written at once. */
function createCustomWriter(callId: string, tool: CallerTool, output: Output): ItemWriter {
  const id = output.mint("ctc");
  const outputIndex = output.items.length;
  const place = { item_id: id, output_index: outputIndex };
  let written = "";

  return {
    begin: () => [],
    add(text) {
      written += text;
      return [];
    },
    prove: () => undefined,
    end() {
      const input = freeTextOf(written);
      const call = { id, type: "custom_tool_call", call_id: callId, ...namesOf(tool) };
      const item = { ...call, status: "completed", input };
      output.items.push(item);
      return [
        addedEvent(outputIndex, { ...call, status: "in_progress", input: "" }),
        { type: "response.custom_tool_call_input.delta", ...place, delta: input },
        { type: "response.custom_tool_call_input.done", ...place, input },
        { type: "response.output_item.done", output_index: outputIndex, item },
      ];
    },
  };
}

/** The search's arguments are a value, and no text. */
function createSearchWriter(callId: string, output: Output): ItemWriter {
  const id = output.mint("tsc");
  const outputIndex = output.items.length;
  let written = "";

  return {
    begin: () => [],
    add(text) {
      written += text;
      return [];
    },
    prove: () => undefined,
    end() {
      const call = { id, type: "tool_search_call", call_id: callId, execution: "client" };
      const item = { ...call, status: "completed", arguments: objectIn(parseJson(written)) };
      output.items.push(item);
      return [
        addedEvent(outputIndex, { ...call, status: "in_progress", arguments: {} }),
        { type: "response.output_item.done", output_index: outputIndex, item },
      ];
    },
  };
}

function addedEvent(outputIndex: number, item: JsonObject): JsonObject {
  return { type: "response.output_item.added", output_index: outputIndex, item };
}

function namesOf({ name, namespace }: CallerTool): JsonObject {
  return namespace === undefined ? { name } : { name, namespace };
}
