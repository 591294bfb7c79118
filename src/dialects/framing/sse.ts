import type { CallerFraming } from "./caller-framing.ts";
import { FramingError } from "./frame.ts";
import type { Frame, FrameDecoder } from "./frame.ts";

/** Sent in silences: every client ignores it, and it keeps the connection alive. */
export const SSE_COMMENT = ": keep-alive\n\n";

/** Characters in one event. A picture inside a Gemini answer is one event of several million. */
const EVENT_CHARACTERS_MAX = 32_000_000;

/**
 * Server-sent events, cut anywhere: inside a line, between CR and LF, inside a UTF-8 character.
 * Every character is looked at once, however small the pieces are.
 */
export function createSseDecoder(): FrameDecoder {
  const utf8 = new TextDecoder();
  const open = openEvent();
  let line = "";
  let afterCarriageReturn = false;

  const take = (text: string): Frame[] => {
    const frames: Frame[] = [];
    let start = 0;
    for (const { index } of text.matchAll(/[\r\n]/g)) {
      const isSecondHalf = afterCarriageReturn && index === start && text[index] === "\n";
      afterCarriageReturn = text[index] === "\r";
      if (!isSecondHalf) {
        const frame = open.addLine(line + text.slice(start, index));
        if (frame) frames.push(frame);
        line = "";
      }
      start = index + 1;
    }
    if (start < text.length) afterCarriageReturn = false;
    line += text.slice(start);
    if (line.length + open.size() > EVENT_CHARACTERS_MAX) {
      throw new FramingError(`an event is longer than ${EVENT_CHARACTERS_MAX} characters`);
    }
    return frames;
  };

  return {
    push: (bytes) => take(utf8.decode(bytes, { stream: true })),
    // The standard throws an unterminated event away, but some servers leave out the blank line
    // after their last one. Half an event does no harm: it is not JSON, and its reader says so.
    end: () => take(`${utf8.decode()}\n\n`),
  };
}

/** The event whose lines are arriving. */
function openEvent() {
  let name: string | undefined;
  let data: string[] = [];
  let size = 0;

  const dispatch = (): Frame | undefined => {
    const text = data.join("\n");
    const frame = name === undefined ? { data: text } : { event: name, data: text };
    name = undefined;
    data = [];
    size = 0;
    // Events without data are keep-alives.
    return text === "" ? undefined : frame;
  };

  return {
    size: () => size,
    /** The whole event, when this line is the blank one that ends it. */
    addLine(line: string): Frame | undefined {
      if (line === "") return dispatch();
      const colon = line.indexOf(":");
      const field = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
      if (field === "event") name = value;
      if (field === "data") data.push(value);
      if (field === "data") size += value.length + 1;
      return undefined;
    },
  };
}

export function encodeSse(frame: Frame): string {
  const name = frame.event === undefined ? "" : `event: ${frame.event}\n`;
  const data =
    frame.data.includes("\n") || frame.data.includes("\r")
      ? frame.data.split(/\r\n|\r|\n/)
      : [frame.data];
  return `${name}${data.map((line) => `data: ${line}\n`).join("")}\n`;
}

const utf8 = new TextEncoder();

/** Server-sent events, as most callers read them. */
export const sse: CallerFraming = {
  name: "sse",
  contentType: "text/event-stream; charset=utf-8",
  createEncoder: () => ({
    encode: (frame) => utf8.encode(encodeSse(frame)),
    end: () => new Uint8Array(0),
    silence: () => utf8.encode(SSE_COMMENT),
  }),
};
