import type { Message, Part, ToolCallPart, ToolResultPart } from "../core/chat.ts";

/**
 * The conversation in the order every vendor accepts: neighbours of one role are one turn, and the
 * turn after a tool call holds its results, in call order and before anything else. System turns
 * keep their place. A call nobody answered (the user interrupted the agent) gets an error as its
 * result; a result nobody asked for becomes plain content.
 */
export function orderedTurns(messages: readonly Message[]): Message[] {
  const waiting = messages.map((message) => ({ ...message, parts: [...message.parts] }));
  const turns: Message[] = [];
  for (const [index, message] of waiting.entries()) {
    const parts = message.role === "user" ? message.parts.flatMap(withoutOrphan) : message.parts;
    append(turns, { ...message, parts });
    const next = waiting[index + 1];
    // Calls are answered after the last of several neighbouring assistant messages.
    if (message.role !== "assistant" || next?.role === "assistant") continue;
    const calls = turns.at(-1)?.parts.filter((part) => part.type === "tool-call") ?? [];
    if (calls.length > 0)
      append(turns, { role: "user", parts: claimResults(calls, waiting, index + 1) });
  }
  return turns.filter((turn) => turn.parts.length > 0);
}

function append(turns: Message[], message: Message): void {
  const last = turns.at(-1);
  if (last?.role === message.role)
    turns[turns.length - 1] = { ...last, parts: [...last.parts, ...message.parts] };
  else if (message.parts.length > 0) turns.push(message);
}

/** Takes the results of these calls out of the messages up to the next answer of the model. */
function claimResults(calls: ToolCallPart[], waiting: Message[], from: number): ToolResultPart[] {
  const nextAnswer = waiting.findIndex(
    (message, index) => index >= from && message.role === "assistant",
  );
  const candidates = waiting.slice(from, nextAnswer === -1 ? undefined : nextAnswer);
  return calls.map((call) => {
    for (const message of candidates) {
      const at = message.parts.findIndex(
        (part) => part.type === "tool-result" && part.id === call.id,
      );
      const [result] = at === -1 ? [] : message.parts.splice(at, 1);
      if (result?.type === "tool-result") return result;
    }
    return missingResult(call.id);
  });
}

function missingResult(id: string): ToolResultPart {
  return {
    type: "tool-result",
    id,
    isError: true,
    parts: [{ type: "text", text: "The tool call was interrupted." }],
  };
}

/** Results still in place when their turn is reached were claimed by no call. */
function withoutOrphan(part: Part): Part[] {
  return part.type === "tool-result" ? part.parts : [part];
}

/** The words among these parts, one per line. */
export function joinedText(parts: readonly Part[], separator = "\n\n"): string {
  return parts
    .filter((part) => part.type === "text")
    .map((part) => part.text)
    .join(separator);
}
