import { describe, expect, it } from "vitest";
import { admit } from "../../src/pipeline/admit.ts";
import { rejectionOf } from "../core/thrown.ts";
import { budgetOf } from "../core/ledger/samples.ts";
import { callIn, gptAt, newKey, standingOf, threeGpts, worldWith, type Asked } from "./world.ts";

const deps = worldWith(threeGpts());
const admitted = async (asked: Asked) => admit(await callIn(deps, asked), deps);

describe("a call is admitted", () => {
  it("with its upper bound held: every byte a token, and all it may write", async () => {
    const caller = await newKey({ limits: budgetOf(1_000_000_000) });
    const { admission, bound, outputTokensMax } = await admitted({ caller });
    expect(outputTokensMax).toBeUndefined();
    expect(bound.outputTokensMax).toBe(100);
    // 100 tokens at $8 per million, and the prompt.
    expect(admission.heldNanoUsd).toBe(bound.inputNanoUsd + 800_000);
    expect((await standingOf(caller))?.heldNanoUsd).toBe(admission.heldNanoUsd);
  });

  it("with a shorter answer where nobody named a length and the budget is small", async () => {
    const caller = await newKey({ limits: budgetOf(2_000_000) });
    const { outputTokensMax, admission } = await admitted({
      caller,
      body: { max_tokens: undefined },
    });
    expect(outputTokensMax).toBeGreaterThan(1);
    expect(outputTokensMax).toBeLessThan(250);
    expect(admission.heldNanoUsd).toBeLessThanOrEqual(2_000_000);
  });

  it("of a length it named only where it allows less, and never to a useless one", async () => {
    const caller = await newKey({ limits: budgetOf(4_000_000) });
    const body = { max_tokens: 10_000 };
    const headers = { "x-sekisho-clamp": "true" };
    expect((await rejectionOf(admitted({ caller, body }))).code).toBe("budget_exceeded");
    const { outputTokensMax } = await admitted({ caller, body, headers });
    expect(outputTokensMax).toBeGreaterThan(256);
    expect(outputTokensMax).toBeLessThan(500);
    const poor = await newKey({ limits: budgetOf(2_000_000) });
    expect((await rejectionOf(admitted({ caller: poor, body, headers }))).code).toBe(
      "budget_exceeded",
    );
  });

  it("under a name of its key's own, in one call from the second on", async () => {
    const asked: string[] = [];
    const world = worldWith(threeGpts(), undefined, {
      account: (id) => {
        const real = deps.account(id);
        return {
          ...real,
          access: (keyHash, visit) => real.access(keyHash, visit),
          reserve: (request) => {
            asked.push(request.modelMeant);
            return real.reserve(request);
          },
        };
      },
    });
    const caller = await newKey({ aliases: { mine: "gpt", gpt: "gpt" } });
    for (let turn = 0; turn < 2; turn += 1) {
      const call = await callIn(world, { caller, body: { model: "mine" } });
      await admit(call, world);
      expect([call.group.name, call.envelope.model]).toEqual(["gpt", "mine"]);
    }
    expect(asked).toEqual(["gpt", "gpt"]);
  });

  it("under a name the configuration knows otherwise, as its key means it", async () => {
    const config = { model_list: [gptAt("a"), { ...gptAt("b"), model_name: "other" }] };
    const world = worldWith(config);
    const caller = await newKey({ aliases: { gpt: "other" } });
    const call = await callIn(world, { caller });
    expect(call.group.name).toBe("gpt");
    await admit(call, world);
    expect(call.group.name).toBe("other");
    expect((await callIn(world, { caller })).group.name).toBe("other");
  });

  it("on the account its key moved to", async () => {
    const there = await newKey();
    const caller = { accountId: "left-behind", keyHash: there.keyHash };
    const here = deps.account("left-behind");
    const moved = worldWith(threeGpts(), undefined, {
      account: (id) =>
        id === "left-behind"
          ? { ...here, reserve: async () => ({ kind: "moved", accountId: there.accountId }) }
          : deps.account(id),
    });
    const call = await callIn(moved, { caller });
    await admit(call, moved);
    // Whoever settles has to know where.
    expect(call.caller.accountId).toBe(there.accountId);
  });
});

describe("a call is refused", () => {
  it("when its budget cannot pay the most it can cost", async () => {
    const caller = await newKey({ limits: budgetOf(500_000) });
    const error = await rejectionOf(admitted({ caller }));
    expect(error.code).toBe("budget_exceeded");
    expect((await standingOf(caller))?.heldNanoUsd).toBe(0);
  });

  it("when its key may not use the model", async () => {
    const caller = await newKey({ models: ["other"] });
    expect((await rejectionOf(admitted({ caller }))).code).toBe("model_access_denied");
  });

  it("when its name stands for a model nobody serves, or for nothing", async () => {
    const caller = await newKey({ aliases: { mine: "gone" } });
    for (const model of ["mine", "yours"]) {
      const error = await rejectionOf(callIn(deps, { caller, body: { model } }));
      expect(error.code).toBe("unknown_model");
    }
  });

  it("when it lacks a parameter somebody insists on", async () => {
    const caller = await newKey({ enforcedParameters: ["metadata.job"] });
    const error = await rejectionOf(admitted({ caller }));
    expect(error).toMatchObject({ code: "missing_parameter", details: { param: "metadata.job" } });
    await admitted({ caller, body: { metadata: { job: "nightly" } } });
  });

  it("when its key may only read, or not from there", async () => {
    const reader = await newKey({ allowedRoutes: ["info_routes"] });
    expect((await rejectionOf(admitted({ caller: reader }))).code).toBe("route_denied");
    const caller = await newKey({ allowedAddresses: ["192.0.2.0/24"] });
    const from = (ip: string) => admitted({ caller, headers: { "cf-connecting-ip": ip } });
    expect((await rejectionOf(from("198.51.100.1"))).code).toBe("address_denied");
    await from("192.0.2.7");
  });

  it("when nobody told us a price, before any account is asked", async () => {
    const world = worldWith(
      { model_list: [gptAt("a", { model: "openai/nobody-knows" })] },
      undefined,
      {
        account: () => {
          throw new Error("asked");
        },
      },
    );
    const error = await rejectionOf(admit(await callIn(world), world));
    expect(error).toMatchObject({ code: "unpriced_model", details: { param: "model" } });
    expect(error.message).toContain("gpt");
  });

  it("when its account cannot be reached: money is never spent on a guess", async () => {
    const world = worldWith(threeGpts(), undefined, {
      account: (id) => ({
        ...deps.account(id),
        reserve: () =>
          Promise.reject(new Error("Durable Object reset because its code was updated.")),
      }),
    });
    const error = await rejectionOf(admit(await callIn(world), world));
    expect(error).toMatchObject({ code: "unavailable", details: { retryAfterMs: 1_000 } });
    expect(error.row).toMatchObject({ status: 503, retry: true });
    expect(error.message).not.toContain("Durable");
  });
});
