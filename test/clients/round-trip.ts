import { expect } from "vitest";
import type { World } from "../e2e/world.ts";
import type { Run } from "./run.ts";

/** Lets a client read its note on a key of its own, by whatever tool it reads with. */
export async function roundTrip(
  world: World,
  readNote: (key: string) => Promise<Run>,
): Promise<void> {
  world.upstream.reset();
  const key = await world.gateway.createKey({ max_budget: 100 });
  await expectRoundTrip(await readNote(key), world, key);
}

/** The tool's result reached the model, every upstream took what it was sent, and it was charged. */
export async function expectRoundTrip({ code, output }: Run, world: World, key: string) {
  expect(output).toMatch(/The tool said: [^]*The secret ingredient is yuzu/u);
  expect(code).toBe(0);
  const refusals = world.upstream.requests.filter((one) => one.refusal !== undefined);
  expect(refusals.map((one) => one.refusal)).toEqual([]);
  const rows = await world.rows(key, 2);
  expect(rows.every((row) => row.status === "success" && row.cost_nano_usd > 0)).toBe(true);
  return rows;
}
