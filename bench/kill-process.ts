import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import path from "node:path";
import type { Order, Report } from "./kill-gateway.ts";

export interface KillableOptions {
  bundle: string;
  /** What survives. */
  storage: string;
  port: number;
  vars: Record<string, string>;
}

/** A gateway that ends as a machine does whose power fails. */
export interface Killable {
  url: string;
  sql(query: string, ...values: unknown[]): Promise<Record<string, unknown>[]>;
  /** SIGKILL, first to the runtime and then to what started it. */
  kill(): Promise<void>;
}

export async function startKillable(options: KillableOptions): Promise<Killable> {
  const child = fork(path.join(import.meta.dirname, "kill-gateway.ts"), {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const exited = once(child, "exit");
  const errors: string[] = [];
  child.stderr?.on("data", (text: Buffer) => errors.push(text.toString()));
  const answers = new Map<number, (rows: Record<string, unknown>[]) => void>();
  const { promise: started, resolve: start, reject } = Promise.withResolvers<void>();
  exited.then(() => reject(new Error(`the gateway did not start: ${errors.join("")}`)), reject);
  child.on("message", (report: Report) => {
    if (report.kind === "started") start();
    else answers.get(report.id)?.(report.rows as Record<string, unknown>[]);
  });
  const send = (order: Order): void => void child.send(order);
  send({ kind: "start", options: { ...options, queueWaitSeconds: 1 } });
  await started;
  let asked = 0;
  return {
    url: `http://127.0.0.1:${options.port}`,
    sql(query, ...values) {
      asked += 1;
      const id = asked;
      const { promise, resolve } = Promise.withResolvers<Record<string, unknown>[]>();
      answers.set(id, resolve);
      send({ kind: "sql", id, query, values });
      return promise;
    },
    async kill() {
      for (const pid of childrenOf(child.pid)) process.kill(pid, "SIGKILL");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The runtime, which the gateway's process started. */
function childrenOf(parent: number | undefined): number[] {
  const listed = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const lines = listed.trim().split("\n");
  return lines.flatMap((line) => {
    const [pid = 0, ppid] = line.trim().split(/\s+/).map(Number);
    return ppid === parent ? [pid] : [];
  });
}

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
