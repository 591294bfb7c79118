import type { ChatEvent } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { objectsIn, textIn } from "../lenient.ts";
import { readAnnotation, readSources } from "./citations.ts";
import { createCallReader } from "./read-calls.ts";
import { createWordReader } from "./read-words.ts";
import { wordsOf } from "./reasoning.ts";

export interface BlockReader {
  /** What this delta adds. */
  read(delta: JsonObject, answerId: string): ChatEvent[];
  /** The sources some vendors list beside the choices. */
  readSources(chunk: JsonObject): void;
  close(): ChatEvent[];
  hasCalls(): boolean;
  isEmpty(): boolean;
}

/** Finds the blocks in deltas, which do not say where one begins or ends. */
export function createBlockReader(): BlockReader {
  let blockCount = 0;
  const nextBlock = (): number => blockCount++;
  const words = createWordReader(nextBlock);
  const calls = createCallReader(nextBlock);

  const readCalls = (delta: JsonObject, answerId: string): ChatEvent[] => {
    const { function_call: legacy } = delta;
    const fragments = isJsonObject(legacy) ? [{ function: legacy }] : objectsIn(delta.tool_calls);
    if (fragments.length === 0) return [];
    const closing = words.close();
    return [...closing, ...fragments.flatMap((fragment) => calls.read(fragment, answerId))];
  };

  /** Mistral writes lists, with its thoughts among them. */
  const readPart = (part: JsonObject): ChatEvent[] =>
    part.type === "thinking"
      ? words.say("reasoning", thoughtOf(part))
      : words.say("text", textIn(part.text));

  const readWords = (delta: JsonObject): ChatEvent[] => {
    const said = [
      ...objectsIn(delta.content).flatMap(readPart),
      ...words.say("text", textIn(delta.content)),
    ];
    for (const one of objectsIn(delta.annotations).flatMap(readAnnotation)) words.cite(one);
    return said;
  };

  return {
    readSources(chunk) {
      const sources = readSources(chunk);
      if (sources) words.listSources(sources);
    },
    read(delta, answerId) {
      const thought = wordsOf(delta);
      const hasThought = thought !== "";
      return [
        ...words.say("reasoning", thought),
        ...objectsIn(delta.reasoning_details).flatMap((one) => words.readDetail(one, hasThought)),
        ...readWords(delta),
        ...words.say("refusal", textIn(delta.refusal)),
        ...readCalls(delta, answerId),
      ];
    },
    close: () => [...words.close(), ...calls.close()],
    hasCalls: () => calls.count() > 0,
    isEmpty: () => blockCount === 0,
  };
}

function thoughtOf(part: JsonObject): string {
  const texts = objectsIn(part.thinking).map((inner) => textIn(inner.text));
  return textIn(part.thinking) || texts.join("");
}
