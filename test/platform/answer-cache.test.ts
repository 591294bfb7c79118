import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { answerCacheStub } from "../../src/platform/answer-cache/stub.ts";

const ASK = { ageMsMax: undefined, waitMs: 5_000, keeps: true };
const NOW = { ...ASK, waitMs: 0 };

function cache() {
  const name = crypto.randomUUID();
  return {
    cache: answerCacheStub(env.ANSWER_CACHE, name),
    object: env.ANSWER_CACHE.getByName(name),
  };
}

function answer(text: string, keptAtMs = Date.now()) {
  return { contentType: "application/json", body: new TextEncoder().encode(text), keptAtMs };
}

async function claimOf(one: ReturnType<typeof cache>["cache"]): Promise<string> {
  const opened = await one.open(ASK);
  if (opened.kind !== "make") throw new Error("somebody else makes it");
  return opened.claim;
}

describe("a remembered answer", () => {
  it("is made by the first who asks and given to all who ask after", async () => {
    const { cache: one } = cache();
    await one.keep(await claimOf(one), answer("four"), 60_000);
    const again = await one.open(ASK);
    if (again.kind !== "hit") throw new Error("forgotten");
    expect(new TextDecoder().decode(again.answer.body)).toBe("four");
    expect(again.answer.contentType).toBe("application/json");
  });

  it("is made once however many ask at the same time", async () => {
    const { cache: one } = cache();
    const claim = await claimOf(one);
    const others = Array.from({ length: 50 }, () => one.open(ASK));
    await one.keep(claim, answer("once"), 60_000);
    expect((await Promise.all(others)).map((opened) => opened.kind)).toEqual(
      Array.from({ length: 50 }, () => "hit"),
    );
  });

  it("is made by the next in line when the first could not", async () => {
    const { cache: one } = cache();
    const claim = await claimOf(one);
    const [second, third] = [one.open(ASK), one.open(ASK)];
    await one.letGo(claim);
    const made = await second;
    if (made.kind !== "make") throw new Error("nobody made it");
    await one.keep(made.claim, answer("second"), 60_000);
    expect(await third).toMatchObject({ kind: "hit" });
  });

  it("is waited for no longer than the call may", async () => {
    const { cache: one } = cache();
    await claimOf(one);
    expect(await one.open({ ...ASK, waitMs: 20 })).toMatchObject({ kind: "make" });
  });

  it("is too old for who says so, and gone when its time is over", async () => {
    const { cache: one, object } = cache();
    await one.keep(await claimOf(one), answer("old", Date.now() - 50_000), 60_000);
    const fresher = await one.open({ ...NOW, ageMsMax: 10_000 });
    if (fresher.kind !== "make") throw new Error("too old an answer");
    await one.letGo(fresher.claim);
    expect(await one.open({ ...NOW, ageMsMax: 55_000 })).toMatchObject({ kind: "hit" });
    await one.keep("x", answer("older", Date.now() - 70_000), 60_000);
    expect(await one.open(NOW)).toMatchObject({ kind: "make" });
    await runDurableObjectAlarm(object);
    expect(await one.open(NOW)).toMatchObject({ kind: "make" });
  });

  it("is not waited for when nobody makes it to be kept", async () => {
    const { cache: one } = cache();
    expect(await one.open({ ...ASK, keeps: false })).toMatchObject({ kind: "make" });
    const again = one.open(ASK);
    const late = new Promise((resolve) => setTimeout(() => resolve("waits"), 1_000));
    expect(await Promise.race([again, late])).toMatchObject({ kind: "make" });
  });

  it("is made by each for itself when two in a row could not", async () => {
    const { cache: one } = cache();
    const claim = await claimOf(one);
    const [second, ...others] = Array.from({ length: 5 }, () => one.open(ASK));
    await one.letGo(claim);
    const made = await second;
    if (made?.kind !== "make") throw new Error("nobody made it");
    await one.letGo(made.claim);
    const kinds = (await Promise.all(others)).map((opened) => opened.kind);
    expect(kinds).toEqual(["make", "make", "make", "make"]);
  });

  it("is kept though its maker was given up, and frees those who wait for another", async () => {
    const { cache: one } = cache();
    const slow = await claimOf(one);
    expect(await one.open(NOW)).toMatchObject({ kind: "make" });
    const waiting = one.open(ASK);
    await one.keep(slow, answer("late"), 60_000);
    expect(await waiting).toMatchObject({ kind: "hit" });
  });

  it("leaves nothing in storage before it is there and after it is gone", async () => {
    const { cache: one, object } = cache();
    const stored = () =>
      runInDurableObject(object, async (_, { storage }) => ({
        keys: [...(await storage.list()).keys()],
        tables: storage.sql.exec("SELECT name FROM sqlite_master").toArray().length,
        alarm: await storage.getAlarm(),
      }));
    const nothing = { keys: [], tables: 0, alarm: null };
    const claim = await claimOf(one);
    await one.letGo(claim);
    expect(await stored()).toEqual(nothing);
    await one.keep(claim, answer("brief", Date.now() - 59_000), 60_000);
    expect((await stored()).alarm).not.toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await runDurableObjectAlarm(object);
    expect(await stored()).toMatchObject({ keys: [], alarm: null });
  });
});
