import { describe, expect, it } from "vitest";
import { openOutlet } from "../../src/pipeline/outlet.ts";
import { bodyOf } from "./world.ts";

const nap = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function open() {
  const leaving = new AbortController();
  return { outlet: openOutlet(leaving.signal, nap), leave: () => leaving.abort() };
}

/** What the caller reads, and whether the end looked like one. */
async function readAll(
  stream: ReadableStream<Uint8Array>,
): Promise<{ text: string; cut: boolean }> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const piece of stream) text += decoder.decode(piece, { stream: true });
    return { text, cut: false };
  } catch {
    return { text, cut: true };
  }
}

describe("an outlet", () => {
  it("passes on what is written, in order, and ends when closed", async () => {
    const { outlet } = open();
    const reading = readAll(outlet.readable);
    await outlet.write(utf8("one "));
    await outlet.write(utf8("二 "));
    await outlet.close();
    expect(await reading).toEqual({ text: "one 二 ", cut: false });
  });

  it("pipes a source and stays open for a last word", async () => {
    const { outlet } = open();
    const reading = readAll(outlet.readable);
    expect(await outlet.pipe(bodyOf(["a", "b"]))).toBe(true);
    await outlet.write(utf8("c"));
    await outlet.close();
    expect(await reading).toEqual({ text: "abc", cut: false });
  });

  it("survives a source that breaks: that says nothing about the caller", async () => {
    const { outlet } = open();
    const reading = readAll(outlet.readable);
    expect(await outlet.pipe(bodyOf(["a"], "breaks"))).toBe(false);
    expect(outlet.isGone()).toBe(false);
    await outlet.write(utf8("b"));
    await outlet.close();
    expect(await reading).toEqual({ text: "ab", cut: false });
  });

  it("breaks off with a last word that arrives, and an end that is none", async () => {
    const { outlet } = open();
    const reading = readAll(outlet.readable);
    await outlet.write(utf8("half "));
    await outlet.breakOff(utf8("error!"));
    expect(await reading).toEqual({ text: "half error!", cut: true });
  });

  it("says how long it has been silent", async () => {
    const { outlet } = open();
    const reading = readAll(outlet.readable);
    await nap(20);
    expect(outlet.idleMs(Date.now())).toBeGreaterThanOrEqual(15);
    await outlet.write(utf8("x"));
    expect(outlet.idleMs(Date.now())).toBeLessThan(15);
    await outlet.close();
    await reading;
  });

  it("keeps a keep-alive out of a write that is under way", async () => {
    const { outlet } = open();
    // Nobody reads yet, so the first write waits.
    const writing = outlet.write(utf8("data: half"));
    await outlet.writeIfIdle(utf8(": keep-alive"));
    const reading = readAll(outlet.readable);
    await writing;
    await outlet.writeIfIdle(utf8(" and alive"));
    await outlet.close();
    expect((await reading).text).toBe("data: half and alive");
  });
});

describe("a caller who left", () => {
  it("is noticed by the signal, even in the middle of a write nobody reads", async () => {
    const { outlet, leave } = open();
    const writing = outlet.write(utf8("into the void"));
    leave();
    await writing;
    expect(outlet.isGone()).toBe(true);
  });

  it("ends a pipe that would wait for ever", async () => {
    const { outlet, leave } = open();
    const piping = outlet.pipe(bodyOf(["a"], "falls silent"));
    leave();
    await piping;
    expect(outlet.isGone()).toBe(true);
  });

  it("is noticed by a write that fails", async () => {
    const { outlet } = open();
    await outlet.readable.cancel();
    await outlet.write(utf8("x"));
    expect(outlet.isGone()).toBe(true);
  });

  it("makes everything that follows do nothing and throw nothing", async () => {
    const { outlet, leave } = open();
    leave();
    await outlet.write(utf8("x"));
    await outlet.writeIfIdle(utf8("x"));
    await outlet.pipe(bodyOf(["x"]));
    await outlet.breakOff(utf8("x"));
    await outlet.close();
    expect(outlet.isGone()).toBe(true);
  });

  it("before the answer began is known from the start", () => {
    const leaving = new AbortController();
    leaving.abort();
    expect(openOutlet(leaving.signal, nap).isGone()).toBe(true);
  });
});
