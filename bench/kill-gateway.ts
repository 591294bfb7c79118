import { startLocalWorker, type LocalWorkerOptions } from "../scripts/lib/local-worker.ts";

/**
 * The gateway as a process of its own, so that it can be killed: told what to run in its first message,
 * then asked for rows of D1. See kill-load.ts.
 */
export type Order =
  | { kind: "start"; options: LocalWorkerOptions }
  | { kind: "sql"; id: number; query: string; values: unknown[] };
export type Report = { kind: "started" } | { kind: "rows"; id: number; rows: unknown[] };

let worker: Awaited<ReturnType<typeof startLocalWorker>> | undefined;

process.on("message", (order: Order) => {
  void obey(order).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});

// Whoever asked for it is gone.
process.on("disconnect", () => {
  const leave = (): never => process.exit();
  Promise.resolve(worker?.stop()).then(leave, leave);
});

async function obey(order: Order): Promise<Report> {
  if (order.kind === "start") {
    worker = await startLocalWorker(order.options);
    return { kind: "started" };
  }
  const { id, query, values } = order;
  return { kind: "rows", id, rows: (await worker?.sql(query, ...values)) ?? [] };
}
