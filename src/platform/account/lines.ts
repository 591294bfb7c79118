/**
 * One question at a time about each slice. Calls that come while one is on its way stand in line, and
 * the next one asks for all of them together.
 */
export interface Lines {
  /** Asks for so much for this call; resolves after the question that was asked for it. */
  ask(sliceId: string, callId?: string, nanoUsd?: number): Promise<void>;
}

interface Line {
  /** By call, so that one that looks again while it waits is counted once. */
  wants: Map<string, number>;
  /** Never rejects. */
  running: Promise<void>;
  next: Promise<void> | undefined;
}

export function createLines(exchange: (sliceId: string, nanoUsd: number) => Promise<void>): Lines {
  const lines = new Map<string, Line>();

  async function askNext(sliceId: string, line: Line): Promise<void> {
    await line.running;
    let wanted = 0;
    for (const nanoUsd of line.wants.values()) wanted += nanoUsd;
    line.wants = new Map();
    line.next = undefined;
    const asking = exchange(sliceId, wanted);
    line.running = asking.catch(() => undefined);
    await asking;
  }

  return {
    ask(sliceId, callId, nanoUsd = 0) {
      const line = lines.get(sliceId) ?? {
        wants: new Map<string, number>(),
        running: Promise.resolve(),
        next: undefined,
      };
      lines.set(sliceId, line);
      if (callId !== undefined) line.wants.set(callId, nanoUsd);
      line.next ??= askNext(sliceId, line);
      return line.next;
    },
  };
}
