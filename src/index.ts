import { handleScheduled } from "./entry/scheduled.ts";
import { handleQueue } from "./entry/worker-queue.ts";
import type { Env } from "./env.ts";
import { app } from "./http/app.ts";

export { Account } from "./entry/account.ts";
export { SharedBudget } from "./entry/shared-budget.ts";
export { RememberedAnswer } from "./platform/answer-cache.ts";
export { Pool } from "./platform/pool.ts";

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
  queue: handleQueue,
  scheduled: handleScheduled,
} satisfies ExportedHandler<Env, unknown>;
