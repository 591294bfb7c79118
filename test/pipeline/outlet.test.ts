import { describe, expect, it } from "vitest";
import { openOutlet } from "../../src/pipeline/outlet.ts";
import { bodyOf } from "./world.ts";

const nap = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

function open() {
  const leaving = new AbortController();
  return { outlet: openOutlet(leaving.signal, nap), leave: () => leaving.abort() };
}

/** What the caller reads, and whether the end looked like one. */
async function readAll(stream: ReadableStream<Uint8Array>): Promise<{ text: string; cut: boolean }> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const piece of stream) text += decoder.decode(piece, { stream: true });
    return { text, cut: false };
  } catch {
    return { text, cut: true };
  }
}

const never = new AbortController().signal;

describe("an outlet", () => {
  it("passes on what is written, in order, and ends when closed", async () => {
    const { outlet } = open();
    const reading = readAll(outlet.readable);
    await outlet.write("one ");
    await outlet.write("二 ");
    await outlet.close();
    expect(await reading).toEqual({ text: "one 二 ", cut: false });
  });

  it("pipes a source and stays open for a last word", async () => {
    const { outlet } = open();
    const reading = readAll(outlet.readable);
    await outlet.pipe(bodyOf(["a", "b"]), never);
    await outlet.write("c");
    await outlet.close();
    expect(await reading).toEqual({ text: "abc", cut: false });
  });

  it("survives a source that breaks: that says nothing about the caller", async () => {
    const { outlet } = open();
    const reading = readAll(outlet.readable);
    await outlet.pipe(bodyOf(["a"], "breaks"), never);
    expect(outlet.isGone()).toBe(false);
    await outlet.write("b");
    await outlet.close();
    expect(await reading).toEqual({ text: "ab", cut: false });
  });

  it("stops piping when told to", async () => {
    const { outlet } = open();
    const reading = readAll(outlet.readable);
    const stop = new AbortController();
    const piping = outlet.pipe(bodyOf(["a"], "falls silent"), stop.signal);
    await nap(10);
    stop.abort();
    await piping;
    await outlet.close();
    expect(await reading).toEqual({ text: "a", cut: false });
  });

  it("breaks off with a last word that arrives, and an end that is none", async () => {
    const { outlet } = open();
    const reading = readAll(outlet.readable);
    await outlet.write("half ");
    await outlet.breakOff("error!");
    expect(await reading).toEqual({ text: "half error!", cut: true });
  });

  it("says how long it has been silent", async () => {
    const { outlet } = open();
    const reading = readAll(outlet.readable);
    await nap(20);
    expect(outlet.idleMs(Date.now())).toBeGreaterThanOrEqual(15);
    await outlet.write("x");
    expect(outlet.idleMs(Date.now())).toBeLessThan(15);
    await outlet.close();
    await reading;
  });

  it("keeps a keep-alive out of a write that is under way", async () => {
    const { outlet } = open();
    // Nobody reads yet, so the first write waits.
    const writing = outlet.write("data: half");
    await outlet.writeIfIdle(": keep-alive");
    const reading = readAll(outlet.readable);
    await writing;
    await outlet.writeIfIdle(" and alive");
    await outlet.close();
    expect((await reading).text).toBe("data: half and alive");
  });
});

describe("a caller who left", () => {
  it("is noticed by the signal, even in the middle of a write nobody reads", async () => {
    const { outlet, leave } = open();
    const writing = outlet.write("into the void");
    leave();
    await writing;
    expect(outlet.isGone()).toBe(true);
  });

  it("ends a pipe that would wait for ever", async () => {
    const { outlet, leave } = open();
    const piping = outlet.pipe(bodyOf(["a"], "falls silent"), never);
    leave();
    await piping;
    expect(outlet.isGone()).toBe(true);
  });

  it("is noticed by a write that fails", async () => {
    const { outlet } = open();
    await outlet.readable.cancel();
    await outlet.write("x");
    expect(outlet.isGone()).toBe(true);
  });

  it("makes everything that follows do nothing and throw nothing", async () => {
    const { outlet, leave } = open();
    leave();
    await outlet.write("x");
    await outlet.writeIfIdle("x");
    await outlet.pipe(bodyOf(["x"]), never);
    await outlet.breakOff("x");
    await outlet.close();
    expect(outlet.isGone()).toBe(true);
  });

  it("before the answer began is known from the start", () => {
    const leaving = new AbortController();
    leaving.abort();
    expect(openOutlet(leaving.signal, nap).isGone()).toBe(true);
  });
});
