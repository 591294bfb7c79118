import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { AttemptReport, Explanation, Wish } from "../../src/core/routing/choice.ts";
import type { RulesNeeded } from "../../src/core/routing/pool-service.ts";
import { PLACE_MS } from "../../src/core/routing/take.ts";
import { chosen, poolOf, reportOf, rulesOf, wishFor } from "./pools.ts";

const nap = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

afterEach(() => void vi.useRealTimers());

/** Time stands still unless it is moved: only clocks, not timers. */
function stopClock(): (milliseconds: number) => void {
  vi.useFakeTimers({ toFake: ["Date"] });
  return (milliseconds) => void vi.setSystemTime(Date.now() + milliseconds);
}

function explained(found: Explanation | RulesNeeded): Explanation {
  if ("kind" in found) throw new Error("the rules are known");
  return found;
}

const ANSWERED: AttemptReport["result"] = { kind: "answered", firstTokenMs: null, totalMs: 5 };
const THROTTLED: AttemptReport["result"] = { kind: "failed", category: "rate-limit" };

describe("limits of a deployment", () => {
  it("hold for a thousand calls at once: sixty of them get a place", async () => {
    const { choose } = poolOf(rulesOf([{ requestsPerMinute: 60 }]));
    const replies = await Promise.all(Array.from({ length: 1_000 }, () => choose(wishFor("a"))));
    const kinds = replies.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "chosen")).toHaveLength(60);
    expect(kinds.filter((kind) => kind === "full")).toHaveLength(940);
  });

  it("hold in every minute, wherever it starts, though the object dies again and again", async () => {
    const advance = stopClock();
    const { choose, finish, object } = poolOf(rulesOf([{ requestsPerMinute: 60 }]));
    const sentAtMs: number[] = [];
    for (let turn = 0; turn < 60; turn++) {
      const wishes = Array.from({ length: 20 }, () => wishFor("a"));
      const replies = await Promise.all(wishes.map((wish) => choose(wish)));
      for (const [index, reply] of replies.entries()) {
        const wish = wishes[index];
        if (reply.kind !== "chosen" || wish === undefined) continue;
        sentAtMs.push(Date.now());
        // A third are answered at once, a third later or never.
        if (index % 3 === 0) await finish(reportOf(wish, reply, { result: ANSWERED }));
      }
      if (turn % 7 === 3) await evictDurableObject(object);
      if (turn % 13 === 5) await runDurableObjectAlarm(object);
      advance(3_700);
    }
    const busiest = sentAtMs.map(
      (fromMs) => sentAtMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + 60_000).length,
    );
    expect(Math.max(...busiest)).toBe(60);
    // Three and a half minutes, the last of which may be begun.
    expect(sentAtMs.length).toBeGreaterThanOrEqual(180);
  });

  it("of tokens hold with what calls may use, and are freed by what they did use", async () => {
    const { choose, finish } = poolOf(rulesOf([{ tokensPerMinute: 1_000 }]));
    const wishes = Array.from({ length: 30 }, () => wishFor("a"));
    const replies = await Promise.all(wishes.map((wish) => choose(wish)));
    expect(replies.filter(({ kind }) => kind === "chosen")).toHaveLength(10);
    const [first] = wishes;
    if (first === undefined || replies[0] === undefined) throw new Error("no call");
    await finish(reportOf(first, chosen(replies[0]), { tokens: 0 }));
    expect((await choose(wishFor("a"))).kind).toBe("chosen");
    expect((await choose(wishFor("a"))).kind).toBe("full");
  });

  it("are not used up by calls that were refused before anybody was asked", async () => {
    const { choose, finish } = poolOf(rulesOf([{ requestsPerMinute: 1 }]));
    for (let turn = 0; turn < 5; turn++) {
      const wish = wishFor("a");
      const place = chosen(await choose(wish));
      await finish(reportOf(wish, place, { result: { kind: "unsent" }, tokens: 0 }));
    }
    expect((await choose(wishFor("a"))).kind).toBe("chosen");
    expect((await choose(wishFor("a"))).kind).toBe("full");
  });

  it("of calls at once are freed by those that end, also when that was just before the object died", async () => {
    const { choose, finish, object } = poolOf(rulesOf([{ parallel: 2 }]));
    const wish = wishFor("a");
    const place = chosen(await choose(wish));
    chosen(await choose(wishFor("a")));
    expect((await choose(wishFor("a"))).kind).toBe("full");
    await finish(reportOf(wish, place));
    await evictDurableObject(object);
    expect((await choose(wishFor("a"))).kind).toBe("chosen");
    expect((await choose(wishFor("a"))).kind).toBe("full");
  });

  it("are freed by calls nobody heard of again, when their time is over", async () => {
    const advance = stopClock();
    const { choose } = poolOf(rulesOf([{ parallel: 1 }]));
    chosen(await choose(wishFor("a")));
    advance(PLACE_MS - 1);
    expect((await choose(wishFor("a"))).kind).toBe("full");
    advance(1);
    expect((await choose(wishFor("a"))).kind).toBe("chosen");
  });

  it("are kept by a stream that outlives its call's deadline, also when the object dies meanwhile", async () => {
    const advance = stopClock();
    const { choose, finish, renew, object } = poolOf(rulesOf([{ parallel: 1 }]));
    const wish = { ...wishFor("a"), stream: true };
    const place = chosen(await choose(wish));
    for (let turn = 0; turn < 30; turn++) {
      advance(30_000);
      await renew(wish);
      if (turn % 7 === 3) {
        await runDurableObjectAlarm(object);
        await evictDurableObject(object);
      }
      expect((await choose(wishFor("a"))).kind).toBe("full");
    }
    expect(Date.now()).toBeGreaterThan(wish.deadlineMs);
    await finish(reportOf(wish, place));
    expect((await choose(wishFor("a"))).kind).toBe("chosen");
  });

  it("hold when every object is killed in mid-load", async () => {
    const { choose, finish } = poolOf(
      rulesOf([{ requestsPerMinute: 60 }, { requestsPerMinute: 40 }]),
    );
    const places: string[] = [];
    const caller = async (): Promise<void> => {
      for (let turn = 0; turn < 30; turn++) {
        const wish = wishFor("a", "b");
        const reply = await choose(wish).catch(() => undefined);
        if (reply?.kind === "chosen") {
          places.push(reply.deploymentId);
          await finish(reportOf(wish, reply)).catch(() => undefined);
        }
        await nap(1);
      }
    };
    const load = Promise.all(Array.from({ length: 20 }, caller));
    for (let kill = 0; kill < 5; kill++) {
      await nap(8);
      await abortAllDurableObjects();
    }
    await load;
    const at = (id: string): number => places.filter((one) => one === id).length;
    // A place whose reply was lost with the object is taken and never used.
    expect(at("a")).toBeLessThanOrEqual(60);
    expect(at("b")).toBeLessThanOrEqual(40);
    expect(at("a") + at("b")).toBeGreaterThan(50);
    expect((await choose(wishFor("a", "b"))).kind).toBe("full");
  });
});

describe("what one caller meets", () => {
  it("spares the next: a deployment that throttled rests for everybody", async () => {
    const { choose } = poolOf(rulesOf([{ order: 1 }, { order: 2 }]));
    const wish = wishFor("a", "b");
    const first = chosen(await choose(wish));
    expect(first.deploymentId).toBe("a");
    const told = reportOf(wish, first, { result: THROTTLED, tokens: 0 });
    const again = await choose({ ...wish, asked: ["a"] }, { report: told });
    expect(chosen(again).deploymentId).toBe("b");
    for (let call = 0; call < 5; call++) {
      expect(chosen(await choose(wishFor("a", "b"))).deploymentId).toBe("b");
    }
  });

  it("is remembered when the object dies after it was written", async () => {
    const { choose, finish, object } = poolOf(rulesOf([{ order: 1 }, { order: 2 }]));
    const wish = wishFor("a", "b");
    const result = { ...THROTTLED, retryAfterMs: 30_000 };
    await finish(reportOf(wish, chosen(await choose(wish)), { result, tokens: 0 }));
    await runDurableObjectAlarm(object);
    await evictDurableObject(object);
    expect(chosen(await choose(wishFor("a", "b"))).deploymentId).toBe("b");
  });

  it("keeps a conversation where its cache is", async () => {
    const { choose, finish, object } = poolOf(rulesOf([{}, {}, {}]));
    const talk = (): Wish => ({
      ...wishFor("a", "b", "c"),
      affinity: "talk",
      cachedTokensGuess: 50_000,
    });
    const wish = talk();
    const first = chosen(await choose(wish));
    await finish(reportOf(wish, first, { tokens: 60_000 }));
    await runDurableObjectAlarm(object);
    await evictDurableObject(object);
    for (let turn = 0; turn < 10; turn++) {
      const next = chosen(await choose(talk()));
      expect([next.deploymentId, next.reason]).toEqual([first.deploymentId, "affinity"]);
      expect(next.cachedTokensExpected).toBeGreaterThan(0);
    }
  });
});

describe("a pool that does not know the rules", () => {
  it("asks for them, and for those of a new configuration, and goes on counting", async () => {
    const rules = rulesOf([{ requestsPerMinute: 2 }]);
    const { peek, choose } = poolOf(rules);
    const bare = { rules: undefined };
    expect(await choose(wishFor("a"), bare)).toEqual({ kind: "rules-needed" });
    expect((await choose(wishFor("a"))).kind).toBe("chosen");
    expect((await choose(wishFor("a"), bare)).kind).toBe("chosen");
    expect((await choose(wishFor("a"), bare)).kind).toBe("full");
    const newer = { configVersion: "v2" };
    expect(await choose(wishFor("a"), { ...newer, ...bare })).toEqual({ kind: "rules-needed" });
    const [first] = rules.deployments;
    if (first === undefined) throw new Error("no deployment");
    const deployments = [{ ...first, requestsPerMinute: 3 }];
    const changed = { ...rules, ...newer, deployments };
    expect((await choose(wishFor("a"), { ...newer, rules: changed })).kind).toBe("chosen");
    expect((await choose(wishFor("a"), { ...newer, ...bare })).kind).toBe("full");
    expect(await peek(wishFor("a"), newer)).toMatchObject({
      deployments: [{ id: "a", requestsLastMinute: 3, requestsLimit: 3 }],
    });
  });

  it("asks once for each of two configurations that come in turns", async () => {
    const older = rulesOf([{ requestsPerMinute: 20 }, {}]);
    const { choose, object } = poolOf(older);
    const newer = { ...older, configVersion: "v2" };
    const asks = { v1: 0, v2: 0 };
    const ask = async (rules: typeof older): Promise<void> => {
      const { configVersion } = rules;
      const bare = await choose(wishFor("a", "b"), { configVersion, rules: undefined });
      if (bare.kind !== "rules-needed") return;
      asks[configVersion === "v1" ? "v1" : "v2"] += 1;
      chosen(await choose(wishFor("a", "b"), { configVersion, rules }));
    };
    for (let turn = 0; turn < 5; turn++) for (const rules of [older, newer]) await ask(rules);
    expect(asks).toEqual({ v1: 1, v2: 1 });
    // The latest is written down; of the other it is told anew, once.
    await evictDurableObject(object);
    for (let turn = 0; turn < 5; turn++) for (const rules of [newer, older]) await ask(rules);
    expect(asks).toEqual({ v1: 2, v2: 1 });
  });

  it("goes by the configuration that a call came with, also when it is an older one", async () => {
    const older = rulesOf([{ requestsPerMinute: 2 }]);
    const { choose } = poolOf(older);
    const [first] = older.deployments;
    if (first === undefined) throw new Error("no deployment");
    const newer = {
      ...{ ...older, configVersion: "v2" },
      deployments: [{ ...first, requestsPerMinute: 1 }],
    };
    chosen(await choose(wishFor("a")));
    expect((await choose(wishFor("a"), { configVersion: "v2", rules: newer })).kind).toBe("full");
    expect((await choose(wishFor("a"))).kind).toBe("chosen");
    expect((await choose(wishFor("a"))).kind).toBe("full");
  });

  it("gives back places at deployments that only an older configuration has, also after it died", async () => {
    const older = rulesOf([{ parallel: 1 }, {}]);
    const { choose, finish, object } = poolOf(older);
    const newer = { ...older, configVersion: "v2", deployments: older.deployments.slice(1) };
    const wish = wishFor("a");
    const place = chosen(await choose(wish));
    chosen(await choose(wishFor("b"), { configVersion: "v2", rules: newer }));
    await finish(reportOf(wish, place));
    await evictDurableObject(object);
    expect((await choose(wishFor("a"))).kind).toBe("chosen");
    expect((await choose(wishFor("a"))).kind).toBe("full");
  });

  it("knows them after it died", async () => {
    const { choose, object } = poolOf(rulesOf([{}, {}]));
    await choose(wishFor("a", "b"));
    await evictDurableObject(object);
    expect((await choose(wishFor("a", "b"), { rules: undefined })).kind).toBe("chosen");
  });
});

it("gives back the place of a reply that was lost when the call asks again", async () => {
  const { choose } = poolOf(rulesOf([{ parallel: 1 }]));
  const wish = wishFor("a");
  chosen(await choose(wish));
  expect((await choose(wishFor("a"))).kind).toBe("full");
  expect((await choose(wish, { isRepeated: true })).kind).toBe("chosen");
  expect((await choose(wishFor("a"))).kind).toBe("full");
});

describe("a call that asks again because no answer came", () => {
  it("keeps the place where its first deployment is still at work", async () => {
    const { choose } = poolOf(rulesOf([{ parallel: 1 }, { parallel: 1 }]));
    const wish = wishFor("a");
    chosen(await choose(wish));
    const second = { ...wish, eligible: ["b"], asked: ["a"] };
    chosen(await choose(second));
    expect(chosen(await choose(second, { isRepeated: true })).deploymentId).toBe("b");
    expect((await choose(wishFor("a"))).kind).toBe("full");
    expect((await choose(wishFor("b"))).kind).toBe("full");
  });

  it("has what it tells of its last attempt heard first: a refusal is none that was never sent", async () => {
    const { choose, peek } = poolOf(rulesOf([{}, {}]));
    const wish = wishFor("a", "b");
    const first = chosen(await choose(wish));
    const told = reportOf(wish, first, { result: THROTTLED, tokens: 0 });
    const more = { report: told, isRepeated: true };
    chosen(await choose({ ...wish, asked: [first.deploymentId] }, more));
    const { deployments } = explained(await peek(wishFor("a", "b")));
    expect(deployments.find(({ id }) => id === first.deploymentId)).toMatchObject({
      inFlight: 0,
      requestsLastMinute: 1,
      limitSource: "learned",
    });
  });
});
