import { describe, expect, it } from "vitest";
import type { ChatEvent } from "../../src/core/chat.ts";
import { encodeEventStream } from "../../src/dialects/framing/event-stream.ts";
import { createSseDecoder } from "../../src/dialects/framing/sse.ts";
import { anthropicMessages } from "../../src/dialects/anthropic-messages/index.ts";
import { openAnswerStream, type AnswerStream } from "../../src/pipeline/answer-stream.ts";
import { createInvokeDecoder } from "../../src/providers/bedrock-stream.ts";
import { THINKING_AND_CALLS } from "../fixtures/anthropic-messages/streams.ts";
import { bodyOf } from "./world.ts";

interface Options {
  idleTimeoutMs?: number;
  eventStream?: boolean;
}

function open(body: ReadableStream<Uint8Array>, options: Options = {}): AnswerStream {
  return openAnswerStream({
    body,
    decoder: options.eventStream === true ? createInvokeDecoder() : createSseDecoder(),
    reader: anthropicMessages.createReader(),
    idleTimeoutMs: options.idleTimeoutMs ?? 1_000,
  });
}

const never = new Promise<void>(() => undefined);

async function eventsOf(stream: AnswerStream): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for (let frames = await stream.next(); frames !== undefined; frames = await stream.next()) {
    events.push(...frames.flatMap((one) => one.events));
  }
  return events;
}

const bytes = new TextEncoder().encode(THINKING_AND_CALLS);
const whole = await eventsOf(open(bodyOf([bytes])));

describe("a stream", () => {
  it("ends with the vendor's last word and nothing after it", async () => {
    expect(whole.at(0)?.type).toBe("start");
    expect(whole.at(-1)?.type).toBe("end");
    expect(whole.some(({ type }) => type === "error")).toBe(false);
  });

  it.each([1, 2, 3, 7, 64, 1_000])("means the same in pieces of %i bytes", async (size) => {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
    expect(await eventsOf(open(bodyOf(pieces)))).toEqual(whole);
  });

  it("means the same read in bulk", async () => {
    const middle = Math.floor(bytes.length / 2);
    const stream = open(bodyOf([bytes.slice(0, middle), bytes.slice(middle)]));
    const first = (await stream.next())?.flatMap((one) => one.events) ?? [];
    stream.readInBulk(never);
    expect([...first, ...(await eventsOf(stream))]).toEqual(whole);
  });

  it("is not waited for once there is hurry", async () => {
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const stream = open(bodyOf(pieces));
    stream.readInBulk(Promise.resolve());
    expect(await eventsOf(stream)).toEqual(whole);
  });

  it("read in bulk does not hold back the other branch of a tee", async () => {
    const [copy, forward] = bodyOf([bytes], "falls silent").tee();
    open(copy).readInBulk(never);
    const { value } = await forward.getReader().read();
    expect(value?.byteLength).toBe(bytes.length);
  });

  it("keeps what came before a frame that does not parse, even in one piece", async () => {
    const events = await eventsOf(open(bodyOf([`${opening}event: x\ndata: {oops\n\n`])));
    expect(events.slice(0, -1)).toEqual(whole.slice(0, events.length - 1));
    expect(events.length).toBeGreaterThan(3);
    expect(events.at(-1)?.type).toBe("error");
  });
});

const opening = THINKING_AND_CALLS.slice(
  0,
  THINKING_AND_CALLS.indexOf("event: content_block_stop"),
);

describe("a stream that goes wrong", () => {
  it("by silence ends in one timeout", async () => {
    const events = await eventsOf(open(bodyOf([opening], "falls silent"), { idleTimeoutMs: 30 }));
    expect(events.filter(({ type }) => type === "error")).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: "error", failure: { category: "timeout" } });
    expect(events.length).toBeGreaterThan(2);
  });

  it("by silence while it is read in bulk ends in one timeout too", async () => {
    const stream = open(bodyOf([opening], "falls silent"), { idleTimeoutMs: 30 });
    stream.readInBulk(never);
    const events = await eventsOf(stream);
    expect(events.at(-1)).toMatchObject({ type: "error", failure: { category: "timeout" } });
  });

  it.each(["breaks", "ends"] as const)("because it %s in the middle is broken", async (how) => {
    const events = await eventsOf(open(bodyOf([opening], how)));
    expect(events.at(-1)).toMatchObject({ type: "error", failure: { category: "broken-stream" } });
    expect(events.filter(({ type }) => type === "error")).toHaveLength(1);
  });

  it("by a frame that does not parse is broken there, and says nothing of it", async () => {
    const stream = open(bodyOf([opening, "event: x\ndata: {secret words\n\n", opening]));
    const events = await eventsOf(stream);
    const last = events.at(-1);
    expect(last).toMatchObject({ type: "error", failure: { category: "broken-stream" } });
    expect(JSON.stringify(last)).not.toContain("secret");
  });

  it("by a bad checksum is broken there", async () => {
    const payload = JSON.stringify({ bytes: btoa('{"type":"ping"}') });
    const message = encodeEventStream({
      headers: { ":message-type": "event", ":event-type": "chunk" },
      payload: new TextEncoder().encode(payload),
    });
    const broken = message.slice();
    broken[broken.length - 8] = (broken[broken.length - 8] ?? 0) ^ 1;
    const events = await eventsOf(open(bodyOf([message, broken, message]), { eventStream: true }));
    expect(events.map(({ type }) => type)).toEqual(["ping", "error"]);
  });

  it("by the vendor's own error says nothing after it", async () => {
    const error = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n';
    const stream = open(bodyOf([opening, error, opening, THINKING_AND_CALLS]));
    const events = await eventsOf(stream);
    expect(events.at(-1)).toMatchObject({ type: "error", failure: { category: "overloaded" } });
    expect(await stream.next()).toBeUndefined();
  });
});

describe("cancelling", () => {
  it("stops the upstream, may be repeated, and ends the stream", async () => {
    let cancelled = 0;
    const body = new ReadableStream({
      type: "bytes",
      cancel: () => void (cancelled += 1),
    });
    const stream = open(body);
    stream.cancel();
    stream.cancel();
    expect(await stream.next()).toBeUndefined();
    expect(cancelled).toBe(1);
  });

  it("ends a read that waits", async () => {
    const stream = open(bodyOf([], "falls silent"), { idleTimeoutMs: 60_000 });
    const waiting = stream.next();
    stream.cancel();
    const frames = await waiting;
    expect(frames?.at(-1)?.events.at(-1)?.type ?? "error").toBe("error");
    expect(await stream.next()).toBeUndefined();
  });

  it("happens by itself when the stream goes wrong", async () => {
    let cancelled = false;
    const body = new ReadableStream({
      type: "bytes",
      cancel: () => void (cancelled = true),
    });
    await eventsOf(open(body, { idleTimeoutMs: 20 }));
    expect(cancelled).toBe(true);
  });
});
