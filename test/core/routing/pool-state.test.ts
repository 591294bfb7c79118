import { describe, expect, it } from "vitest";
import { emptyPool, expire, forgetGone } from "../../../src/core/routing/state.ts";
import { PLACE_MS } from "../../../src/core/routing/take.ts";
import { driver, group } from "./sample.ts";

const MINUTE = 60_000;

describe("a pool", () => {
  it("holds no more deployments than are configured, however often the configuration changes", () => {
    const state = emptyPool();
    for (let version = 0; version < 500; version += 1) {
      const nowMs = version * 2 * MINUTE;
      const id = `deployment-${version}`;
      const pool = driver(state, group([id, "b"]));
      const place = pool.go(nowMs, { eligible: [id] });
      if (place !== undefined) pool.fail(place, "rate-limit", nowMs);
      forgetGone(state, new Set([id, "b"]), nowMs);
      expect(state.deployments.size).toBeLessThanOrEqual(3);
    }
  });

  it("forgets one that is gone only when its minute and its calls are over", () => {
    const state = emptyPool();
    const rules = group(["a", "b"]);
    const pool = driver(state, rules);
    const place = pool.go(0, { eligible: ["a"] });
    if (place === undefined) throw new Error("no place");
    const isThere = (nowMs: number): boolean => {
      forgetGone(state, new Set(["b"]), nowMs);
      return state.deployments.has("a");
    };
    expect(isThere(1.5 * MINUTE)).toBe(true);
    expire(state, PLACE_MS);
    expect(isThere(PLACE_MS)).toBe(false);
    pool.answer(pool.go(PLACE_MS, { eligible: ["a"] }) ?? place, PLACE_MS);
    expect(isThere(PLACE_MS + MINUTE)).toBe(true);
    expect(isThere(PLACE_MS + MINUTE + 1_000)).toBe(false);
  });
});
