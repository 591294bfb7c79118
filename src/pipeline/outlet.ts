/** The caller's end of a stream. Never throws: a caller who left is a fact, not an error. */
export interface Outlet {
  readable: ReadableStream<Uint8Array>;
  write(bytes: Uint8Array): Promise<void>;
  /** Writes only when nothing else is being written; for keep-alives. */
  writeIfIdle(bytes: Uint8Array): Promise<void>;
  /**
   * Moves all bytes without a detour through JavaScript and leaves the end of the stream open.
   * Resolves when the source ended, however it ended, or the caller left; true when all of it was
   * moved. `stop` lets go of the source before.
   */
  pipe(source: ReadableStream<Uint8Array>, stop?: AbortSignal): Promise<boolean>;
  idleMs(nowMs: number): number;
  isGone(): boolean;
  close(): Promise<void>;
  /** Says one last thing and then cuts the connection, so that it cannot pass for a whole answer. */
  breakOff(bytes: Uint8Array): Promise<void>;
}

export function openOutlet(
  callerGone: AbortSignal,
  sleep: (milliseconds: number) => Promise<void>,
): Outlet {
  const { readable, writable } = new IdentityTransformStream();
  let writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  let gone = callerGone.aborted;
  let writing = false;
  let lastWriteMs = Date.now();

  // A write to a caller who left neither resolves nor rejects in workerd, so it races the signal.
  const left = new Promise<void>((resolve) => {
    callerGone.addEventListener(
      "abort",
      () => {
        gone = true;
        resolve();
      },
      { once: true },
    );
  });

  const whileHere = async (work: () => Promise<void>): Promise<void> => {
    if (gone) return;
    writing = true;
    try {
      await Promise.race([work(), left]);
      lastWriteMs = Date.now();
    } catch {
      gone = true;
    } finally {
      writing = false;
    }
  };

  const write = (bytes: Uint8Array): Promise<void> =>
    whileHere(async () => {
      if (bytes.byteLength === 0) return;
      writer ??= writable.getWriter();
      await writer.write(bytes);
    });

  return {
    readable,
    write,
    writeIfIdle: (bytes) => (writing ? Promise.resolve() : write(bytes)),
    async pipe(source, stop) {
      let isWhole = false;
      await whileHere(async () => {
        const options = { preventClose: true, preventAbort: true, signal: stop };
        const moving = source.pipeTo(writable, options);
        // A source that broke says nothing about the caller, so its error ends here.
        isWhole = await moving.then(
          () => true,
          () => false,
        );
      });
      return isWhole;
    },
    idleMs: (nowMs) => nowMs - lastWriteMs,
    isGone: () => gone,
    close: () =>
      whileHere(async () => {
        writer ??= writable.getWriter();
        await writer.close();
      }),
    async breakOff(bytes) {
      await write(bytes);
      // A cut discards what the caller's end has received and not yet read.
      await Promise.race([sleep(LAST_WORD_MS), left]);
      if (gone) return;
      writer ??= writable.getWriter();
      await writer.abort(new Error("The upstream broke off.")).catch(() => undefined);
    },
  };
}

/** Long enough for a last event to cross a network and be read; a broken stream can spare it. */
const LAST_WORD_MS = 100;
