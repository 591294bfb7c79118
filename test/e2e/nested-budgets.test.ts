import { afterAll, beforeAll, expect, test } from "vitest";
import { pricedModels, runNestedBudgets } from "../../bench/budgets-load.ts";
import { startWorld, type World } from "./world.ts";

/** The small sister of `npm run bench:budgets`. */
let world: World;

beforeAll(async () => {
  world = await startWorld({ models: pricedModels });
});
afterAll(() => world.stop());

test("600 calls of mixed prices, 100 at a time, spend three nested budgets to the end and not beyond", async () => {
  const figures = await runNestedBudgets(world.gateway, world.upstream, {
    calls: 600,
    parallel: 100,
    budgetUsd: 0.06,
  });
  expect(figures.failed).toEqual({});
  expect(figures.served + figures.refused).toBe(600);
  expect(figures.named).not.toHaveProperty("nobody");
  expect(figures.overspentNanoUsd).toBe(0);
  expect(figures.utilisation).toBeGreaterThanOrEqual(0.95);
  const { rowsNanoUsd: rows } = figures;
  expect(figures.billNanoUsd).toBe(rows);
  expect(figures.spentNanoUsd).toEqual({ key: rows, team: rows, organization: rows });
}, 60_000);
