import { compose } from "../compose.ts";
import type { Env } from "../env.ts";
import { handleBatch } from "./queue.ts";

/** The Worker's `queue` handler: records on their way to D1 and the sinks. */
export async function handleQueue(batch: MessageBatch, env: Env): Promise<void> {
  const { deps, sinks } = compose(env);
  const { timeZone } = deps.config.settings;
  await handleBatch(batch, { db: env.DB, sinks, timeZone, nowMs: () => deps.nowMs() });
}
