import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";

export interface Run {
  code: number | null;
  output: string;
}

export interface Prompted {
  /** Home and working folder at once, so that nothing of the machine's settings takes part. */
  folder: string;
  variables?: Record<string, string>;
  /** What the client reads from standard input. */
  input?: string;
}

/** Runs a command line client to its end, and ends what it started beside itself. */
export async function runClient(
  command: string,
  flags: readonly string[],
  { folder, variables = {}, input = "" }: Prompted,
): Promise<Run> {
  // A group of its own, which can be ended as one.
  const child = spawn(command, flags, {
    cwd: folder,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], HOME: folder, ...variables },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece: Buffer) => (output += piece.toString()));
  }
  child.stdin.end(input);
  const patience = setTimeout(() => endGroup(child.pid), PATIENCE_MS);
  const closed = once(child, "close");
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", resolve);
  });
  clearTimeout(patience);
  endGroup(child.pid);
  // The last words may still be on their way; but a server it leaves behind keeps the pipes open.
  await Promise.race([closed, pause(LAST_WORDS_MS)]);
  return { code, output };
}

const LAST_WORDS_MS = 1_000;

/** A tool round trip takes seconds; a client that asks again and again must not ask forever. */
const PATIENCE_MS = 90_000;

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nobody is left, as it should be.
  }
}
