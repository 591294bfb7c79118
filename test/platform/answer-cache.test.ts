import { env } from "cloudflare:workers";
import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { answerCacheStub } from "../../src/platform/answer-cache/stub.ts";

const ASK = { ageMsMax: undefined, waitMs: 5_000 };

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
    expect(await one.open({ ageMsMax: undefined, waitMs: 20 })).toMatchObject({ kind: "make" });
  });

  it("is too old for who says so, and gone when its time is over", async () => {
    const { cache: one, object } = cache();
    await one.keep(await claimOf(one), answer("old", Date.now() - 50_000), 60_000);
    const fresher = await one.open({ ageMsMax: 10_000, waitMs: 0 });
    if (fresher.kind !== "make") throw new Error("too old an answer");
    await one.letGo(fresher.claim);
    expect(await one.open({ ageMsMax: 55_000, waitMs: 0 })).toMatchObject({ kind: "hit" });
    await one.keep("x", answer("older", Date.now() - 70_000), 60_000);
    const NOW = { ageMsMax: undefined, waitMs: 0 };
    expect(await one.open(NOW)).toMatchObject({ kind: "make" });
    await runDurableObjectAlarm(object);
    expect(await one.open(NOW)).toMatchObject({ kind: "make" });
  });
});
