import { describe, expect, it } from "vitest";
import { emptyPool, explain } from "../../../src/core/routing/state.ts";
import { driver, group, seeded, wish, type Chosen } from "./sample.ts";

/** Two places, of which `a` and, if told so, `b` refused somebody at 10 s without saying for how long. */
function refusing(...ids: string[]) {
  const rules = group(["a", "b"], { judgesRests: true });
  const state = emptyPool();
  const pool = driver(state, rules);
  const began = ids.map((id): [string, Chosen | undefined] => [id, pool.go(9_900, { eligible: [id] })]);
  for (const [, chosen] of began) if (chosen !== undefined) pool.fail(chosen, "rate-limit", 10_000);
  return { rules, state, pool };
}

/** Streams do not wait in line. */
const NOT_WAITING = { waitMs: 0, stream: true };

describe("when every place refused somebody a moment ago", () => {
  it("a call that was refused nowhere tries its luck", () => {
    const { pool } = refusing("a", "b");
    expect(pool.look(10_050, NOT_WAITING, Infinity)).toMatchObject({
      kind: "go",
      reason: "last-resort",
    });
  });

  it("one that was refused itself lets the moment pass, and is told how long that is", () => {
    const { pool } = refusing("a", "b");
    const refused = { ...NOT_WAITING, asked: ["a"] };
    const told = pool.look(10_050, refused, Infinity);
    expect(told.kind).toBe("full");
    const againAtMs = told.kind === "full" ? told.againAtMs : 0;
    expect(againAtMs).toBeGreaterThan(10_500);
    expect(againAtMs).toBeLessThanOrEqual(130_000);
    // What it has not asked comes first.
    expect(pool.look(againAtMs, refused, Infinity)).toMatchObject({ kind: "go", deploymentId: "b" });
  });

  it("an explanation for a call that does not wait says the same as its choice", () => {
    const { rules, state } = refusing("a", "b");
    const told = explain(state, rules, wish(rules, NOT_WAITING), 10_050, seeded(1));
    expect(told.choice).toMatchObject({ kind: "chosen", reason: "last-resort" });
    const patient = explain(state, rules, wish(rules, { waitMs: 5_000 }), 10_050, seeded(1));
    expect(patient.choice.kind).toBe("full");
  });
});

it("what refused nobody lately is tried before what did, however full it seems", () => {
  const { pool } = refusing("a");
  const asked = { ...NOT_WAITING, asked: ["a"] };
  expect(pool.look(10_050, asked, Infinity)).toMatchObject({ kind: "go", deploymentId: "b" });
});
