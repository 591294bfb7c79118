import { expect, test } from "vitest";
import { runKills } from "../../bench/kill-load.ts";

/** The small sister of `npm run chaos:kill`, which also waits until calls in flight are charged. */
test("two kills in the middle of load lose and double nothing that was settled", async () => {
  const figures = await runKills(process.env["SEKISHO_BUNDLE"] ?? "", {
    kills: 2,
    parallel: 20,
    lifeMs: [2_000, 2_500],
    resolveMs: 0,
  });
  expect(figures.faults).toEqual([]);
  expect(figures.kills).toBe(2);
  // Otherwise it would have shown nothing.
  expect(figures.surelySettled).toBeGreaterThan(10);
  // What was in flight waits for its deadline; the rest is settled to the last call.
  expect(figures.settled + figures.unresolved).toBeGreaterThanOrEqual(figures.taken);
  expect(figures.unresolved).toBeLessThanOrEqual(2 * 20);
}, 60_000);
