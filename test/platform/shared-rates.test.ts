import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SharedBudget } from "../../src/platform/shared-budget.ts";
import { budgetOf } from "../core/ledger/samples.ts";
import { accountWith, admitted, callFor, settlementOf } from "./accounts.ts";
import {
  burst,
  counted,
  customerWith,
  limitOf,
  objectOf,
  organizationWith,
  pair,
  tagWith,
  withTokens,
} from "./rated-parties.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("two accounts of one organization with ten requests a minute", () => {
  it("get exactly ten of fifty calls at once, and the others are told whose limit it was", async () => {
    const id = await organizationWith({ rpmLimit: 10 });
    const members = await pair({ organizationId: id });
    const { replies, inside } = await burst(members, 50, {});
    expect(inside.length).toBe(10);
    expect(limitOf(replies.find((one) => one.kind === "refused"))).toMatchObject({
      name: "Acme",
      limit: { scope: "organization", model: null, unit: "requests", limit: 10, remaining: 0 },
    });
    // Their end frees nothing: they were made within the minute.
    for (const { member, call } of inside) await member.ledger.settle(settlementOf(call, 100));
    expect((await burst(members, 4, {})).inside.length).toBe(0);
    vi.setSystemTime(Date.now() + 62_000);
    expect((await burst(members, 20, {})).inside.length).toBe(10);
  });

  it("get no more when the object that counts is gone in between", async () => {
    const id = await organizationWith({ rpmLimit: 10 });
    const members = await pair({ organizationId: id });
    expect((await burst(members, 6, {})).inside.length).toBe(6);
    await evictDurableObject(objectOf({ kind: "organization", id }));
    expect((await burst(members, 20, {})).inside.length).toBe(4);
  });

  it("see in every answer what is left to all of them", async () => {
    const id = await organizationWith({ rpmLimit: 10, tpmLimit: 1_000 });
    const [first, second] = await pair({ organizationId: id });
    admitted(await first.ledger.reserve(callFor()));
    const { key } = admitted(await second.ledger.reserve(callFor()));
    expect(key.limits).toMatchObject([
      { scope: "organization", unit: "requests", limit: 10, remaining: 8 },
      { scope: "organization", unit: "tokens", limit: 1_000, remaining: 760 },
    ]);
  });

  it("obey another limit from the next call on", async () => {
    const id = await organizationWith({ rpmLimit: 10 });
    const members = await pair({ organizationId: id });
    expect((await burst(members, 4, {})).inside.length).toBe(4);
    const policy = { kind: "organization", id, name: "Acme", budget: null, models: [] } as const;
    const rates = { requestsPerMinute: 5, tokensPerMinute: null, parallel: null };
    await objectOf(policy).put({ ...policy, models: [], blocked: false, rates }, 0);
    expect((await burst(members, 10, {})).inside.length).toBe(1);
    await objectOf(policy).put({ ...policy, models: [], blocked: false }, 0);
    expect((await burst(members, 10, {})).inside.length).toBe(10);
  });
});

describe("the tokens of a tag", () => {
  it("are held by their bound while calls of several accounts run, and freed to what they used", async () => {
    const tag = await tagWith({ tpmLimit: 600 });
    const members = await pair();
    const { inside, replies } = await burst(members, 20, { tags: [tag] });
    // Each may come to 120.
    expect(inside.length).toBe(5);
    expect(limitOf(replies.find((one) => one.kind === "refused"))).toMatchObject({
      name: tag,
      limit: { scope: "tag", unit: "tokens", limit: 600, remaining: 0 },
    });
    for (const { member, call } of inside) await member.ledger.settle(settlementOf(call, 100));
    const name = { kind: "tag", id: tag } as const;
    await vi.waitFor(async () =>
      expect(await counted(name)).toEqual({ requests: 5, tokens: 50, inFlight: 0, heldTokens: 0 }),
    );
    expect((await burst(members, 20, { tags: [tag] })).inside.length).toBe(4);
  });
});

describe("a customer's calls at the same time", () => {
  it("are as many as the limit, whichever accounts they come through, and leave nothing behind", async () => {
    const endUser = await customerWith({ maxParallelRequests: 3 });
    const members = await pair();
    for (let round = 0; round < 3; round += 1) {
      const { inside, replies } = await burst(members, 12, { endUser });
      expect(inside.length).toBe(3);
      expect(limitOf(replies.find((one) => one.kind === "refused"))?.limit).toMatchObject({
        scope: "end_user",
        unit: "parallel",
        limit: 3,
        remaining: 0,
      });
      for (const { member, call } of inside) await member.ledger.settle(settlementOf(call, 100));
      await vi.waitFor(async () =>
        expect(await counted({ kind: "end_user", id: endUser })).toMatchObject({
          inFlight: 0,
          heldTokens: 0,
        }),
      );
    }
  });

  it("are over when nobody settled them and their account charged them", async () => {
    const endUser = await customerWith({ maxParallelRequests: 1 });
    const { ledger, object } = await accountWith({});
    admitted(await ledger.reserve(callFor({ endUser, deadlineMs: Date.now() + 50 })));
    vi.setSystemTime(Date.now() + 60);
    await runDurableObjectAlarm(object);
    await vi.waitFor(async () => admitted(await ledger.reserve(callFor({ endUser }))));
  });

  it("are asked for when the word of their end was lost", async () => {
    const endUser = await customerWith({ maxParallelRequests: 1 });
    const name = { kind: "end_user", id: endUser } as const;
    const { ledger } = await accountWith({});
    const call = callFor({ endUser, deadlineMs: Date.now() + 100_000 });
    admitted(await ledger.reserve(call));
    const lost = vi.spyOn(SharedBudget.prototype, "leave").mockRejectedValue(new Error("lost"));
    await ledger.settle(settlementOf(call, 100));
    await vi.waitFor(() => expect(lost).toHaveBeenCalled());
    expect((await ledger.reserve(callFor({ endUser }))).kind).toBe("refused");
    vi.setSystemTime(Date.now() + 100_001);
    expect(await runDurableObjectAlarm(objectOf(name))).toBe(true);
    expect(await counted(name)).toMatchObject({ inFlight: 0, heldTokens: 0 });
    admitted(await ledger.reserve(callFor({ endUser })));
  });

  it("are left in place while they run, however long that is", async () => {
    const endUser = await customerWith({ maxParallelRequests: 1 });
    const name = { kind: "end_user", id: endUser } as const;
    const { ledger } = await accountWith({});
    const call = callFor({ endUser, deadlineMs: Date.now() + 100_000 });
    admitted(await ledger.reserve(call));
    await ledger.extend(call.leaseId, Date.now() + 900_000);
    vi.setSystemTime(Date.now() + 100_001);
    expect(await runDurableObjectAlarm(objectOf(name))).toBe(true);
    expect(await counted(name)).toMatchObject({ inFlight: 1 });
    expect((await ledger.reserve(callFor({ endUser }))).kind).toBe("refused");
  });
});

describe("a call that is refused", () => {
  it("by its own account is counted nowhere", async () => {
    const id = await organizationWith({ rpmLimit: 10 });
    const { ledger } = await accountWith({ organizationId: id, limits: budgetOf(50) });
    const asked = vi.spyOn(SharedBudget.prototype, "enter");
    expect(await ledger.reserve(callFor())).toMatchObject({ refusal: { reason: "budget" } });
    expect(asked).not.toHaveBeenCalled();
  });

  it("by one party gives back what it took of the others", async () => {
    const id = await organizationWith({ rpmLimit: 10 });
    const tag = await tagWith({ rpmLimit: 1 });
    const members = await pair({ organizationId: id });
    const { inside } = await burst(members, 8, { tags: [tag] });
    expect(inside.length).toBe(1);
    await vi.waitFor(async () =>
      expect(await counted({ kind: "organization", id })).toMatchObject({
        requests: 1,
        inFlight: 1,
      }),
    );
    expect((await burst(members, 20, {})).inside.length).toBe(9);
  });

  it("because nobody could be asked takes nothing, and is not let in", async () => {
    const id = await organizationWith({ rpmLimit: 10 });
    const { ledger } = await accountWith({ organizationId: id });
    admitted(await ledger.reserve(callFor()));
    vi.spyOn(SharedBudget.prototype, "enter").mockRejectedValueOnce(new Error("away"));
    const reply = await ledger.reserve(callFor()).catch(String);
    expect(reply).toContain("could not be asked");
    admitted(await ledger.reserve(callFor()));
    expect(await counted({ kind: "organization", id })).toMatchObject({ requests: 2, inFlight: 2 });
  });
});

describe("a call that waits for money", () => {
  it("takes no place in the line for rates, and one when the money comes", async () => {
    const id = await organizationWith({ rpmLimit: 10 });
    const { ledger } = await accountWith({ organizationId: id, limits: budgetOf(150) });
    const call = callFor();
    admitted(await ledger.reserve(call));
    const waiting = [1, 2, 3].map(() => ledger.reserve(callFor({ waitMs: 1_500 })));
    expect(await counted({ kind: "organization", id })).toMatchObject({ requests: 1 });
    await ledger.settle(settlementOf(call, 20));
    const kinds = (await Promise.all(waiting)).map((one) => one.kind);
    expect(kinds).toEqual(["admitted", "refused", "refused"]);
    expect(await counted({ kind: "organization", id })).toMatchObject({ requests: 2, inFlight: 1 });
  });
});

describe("a call that goes on at another model", () => {
  it("holds the tokens of that, makes no second request, and leaves nothing behind", async () => {
    const id = await organizationWith({ rpmLimit: 1, tpmLimit: 300, maxParallelRequests: 1 });
    const name = { kind: "organization", id } as const;
    const { ledger } = await accountWith({ organizationId: id });
    const call = callFor();
    admitted(await ledger.reserve(call));
    expect((await ledger.amend(withTokens(call, 250))).kind).toBe("admitted");
    await vi.waitFor(async () =>
      expect(await counted(name)).toMatchObject({ requests: 1, inFlight: 1, heldTokens: 250 }),
    );
    await ledger.settle(settlementOf(call, 100));
    await vi.waitFor(async () =>
      expect(await counted(name)).toEqual({ requests: 1, tokens: 10, inFlight: 0, heldTokens: 0 }),
    );
  });

  it("keeps what it holds when the limit has no room for more", async () => {
    const id = await organizationWith({ tpmLimit: 300 });
    const name = { kind: "organization", id } as const;
    const [first, second] = await pair({ organizationId: id });
    const call = callFor();
    admitted(await first.ledger.reserve(call));
    admitted(await second.ledger.reserve(callFor()));
    expect(limitOf(await first.ledger.amend(withTokens(call, 181)))?.limit).toMatchObject({
      scope: "organization",
      unit: "tokens",
    });
    expect(await counted(name)).toMatchObject({ heldTokens: 240 });
  });
});

describe("who only asks", () => {
  it("is shown the limits of all parties and counts nowhere", async () => {
    const id = await organizationWith({ rpmLimit: 1 });
    const { ledger } = await accountWith({ organizationId: id });
    const limit = { scope: "organization", unit: "requests", limit: 1 };
    for (let time = 0; time < 3; time += 1) {
      expect(await ledger.explain(callFor())).toMatchObject({
        verdict: { kind: "admitted" },
        limits: [{ ...limit, remaining: 1 }],
      });
    }
    admitted(await ledger.reserve(callFor()));
    expect(await ledger.explain(callFor())).toMatchObject({
      verdict: { kind: "refused", refusal: { reason: "rate-limit", name: "Acme" } },
      limits: [{ ...limit, remaining: 0 }],
    });
  });
});

describe("parties without rates", () => {
  it("are asked nothing about a call, and told nothing of it", async () => {
    const id = await organizationWith({ maxBudgetNanoUsd: 1_000_000 });
    const tag = await tagWith({ maxBudgetNanoUsd: 1_000_000 });
    const members = await pair({ organizationId: id });
    const first = await burst(members, 2, { tags: [tag], endUser: "nobody" });
    const words = (["enter", "leave", "peek", "exchange"] as const).map((word) =>
      vi.spyOn(SharedBudget.prototype, word),
    );
    const { inside } = await burst(members, 10, { tags: [tag], endUser: "nobody" });
    for (const { member, call } of [...first.inside, ...inside]) {
      await member.ledger.explain(call);
      await member.ledger.settle(settlementOf(call, 100));
    }
    expect(inside.length).toBe(10);
    expect(words.map((word) => word.mock.calls.length)).toEqual([0, 0, 0, 0]);
  });

  it("are the only ones not asked: one with rates is asked once about each call", async () => {
    const id = await organizationWith({ rpmLimit: 100 });
    const { ledger } = await accountWith({ organizationId: id });
    admitted(await ledger.reserve(callFor({ tags: ["plain"] })));
    const enter = vi.spyOn(SharedBudget.prototype, "enter");
    const leave = vi.spyOn(SharedBudget.prototype, "leave");
    const calls = Array.from({ length: 5 }, () => callFor({ tags: ["plain"] }));
    for (const call of calls) admitted(await ledger.reserve(call));
    await Promise.all(calls.map((call) => ledger.settle(settlementOf(call, 100))));
    expect(enter.mock.calls.length).toBe(5);
    const told = () => leave.mock.calls.flatMap(([, departures]) => departures);
    await vi.waitFor(() => expect(told().length).toBe(5));
    expect(told().every((one) => one.kind === "ended")).toBe(true);
  });
});
