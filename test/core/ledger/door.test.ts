import { describe, expect, it } from "vitest";
import { decide } from "../../../src/core/ledger/decide.ts";
import { accessOf } from "../../../src/core/ledger/standing.ts";
import type { ReserveRequest } from "../../../src/core/ledger.ts";
import { keyPolicy, requestFor, stateWith, T, teamPolicy } from "./samples.ts";

const decided = (key: Parameters<typeof keyPolicy>[0], changes: Partial<ReserveRequest> = {}) =>
  decide(stateWith([keyPolicy(key)]), requestFor(changes), T);

describe("a key kept to some routes", () => {
  it("cannot call models when it may only read", () => {
    expect(decided({ allowedRoutes: ["info_routes"] })).toEqual({
      kind: "refused",
      refusal: {
        reason: "route-denied",
        route: "/v1/chat/completions",
        allowed: ["info_routes"],
      },
    });
    expect(decided({ allowedRoutes: ["llm_api_routes"] }).kind).toBe("admitted");
  });

  it("is turned away by questions that cost nothing as well", () => {
    const state = stateWith([keyPolicy({ allowedRoutes: ["/v1/embeddings"] })]);
    const visit = { route: "/v1/models", requesterIp: null };
    expect(accessOf(state, "k1", visit, T)).toMatchObject({ refusal: { reason: "route-denied" } });
    expect(accessOf(state, "k1", undefined, T).kind).toBe("granted");
  });
});

describe("a key kept to some addresses", () => {
  const key = { allowedAddresses: ["10.0.0.0/8", "2001:db8::1"] };

  it.each([
    ["10.1.2.3", "admitted"],
    ["2001:db8:0:0::1", "admitted"],
    ["11.0.0.1", "refused"],
    [null, "refused"],
  ])("is %s → %s", (requesterIp, kind) => {
    expect(decided(key, { requesterIp }).kind).toBe(kind);
  });
});

describe("parameters somebody insists on", () => {
  it("are missed by name, the team's as well as the key's", () => {
    const key = keyPolicy({ teamId: "t1", enforcedParameters: ["user"] });
    const team = teamPolicy({ enforcedParameters: ["metadata.generation_name"] });
    const state = stateWith([key], team);
    const ask = (parameters: string[]) => decide(state, requestFor({ parameters }), T);
    expect(ask(["model"])).toMatchObject({
      refusal: { reason: "parameter-missing", scope: "key", parameter: "user" },
    });
    expect(ask(["model", "user"])).toMatchObject({
      refusal: { scope: "team", parameter: "metadata.generation_name" },
    });
    expect(ask(["user", "metadata.generation_name"]).kind).toBe("admitted");
  });
});

describe("a name of the key's own", () => {
  const aliased = (
    changes: Partial<ReserveRequest>,
    models: string[] = [],
    team: string[] = [],
  ) => {
    const key = keyPolicy({ teamId: "t1", aliases: { fast: "azure-o3" }, models });
    const state = stateWith([key], teamPolicy({ aliases: { slow: "o1" }, models: team }));
    return decide(state, requestFor(changes), T);
  };
  const meant = { model: "azure-o3", modelAsked: "fast", modelMeant: "azure-o3" };

  it("is answered by what it stands for, before anything is reserved", () => {
    expect(aliased({ model: "fast" })).toEqual({ kind: "aliased", model: "azure-o3" });
    expect(aliased({ model: "slow" })).toEqual({ kind: "aliased", model: "o1" });
    expect(aliased(meant).kind).toBe("admitted");
  });

  it("that was taken back is told so to whoever still remembers it", () => {
    expect(aliased({ ...meant, modelAsked: "gone" })).toEqual({ kind: "aliased", model: "gone" });
  });

  it("passes the key's own list by either name, and the team's only by what it stands for", () => {
    expect(aliased(meant, ["fast"]).kind).toBe("admitted");
    expect(aliased(meant, ["azure-o3"]).kind).toBe("admitted");
    expect(aliased(meant, ["other"])).toMatchObject({ refusal: { scope: "key" } });
    expect(aliased(meant, [], ["fast"])).toMatchObject({ refusal: { scope: "team" } });
    expect(aliased(meant, [], ["azure-o3"]).kind).toBe("admitted");
  });
});

describe("an answer of a named length", () => {
  const bound = {
    inputNanoUsd: 10,
    outputPicoPerToken: 1_000,
    outputTokensMax: 10_000,
    clampable: false,
    tokens: 1,
  };
  const withBudget = (limitNanoUsd: number, changes: Partial<ReserveRequest>, key = {}) => {
    const limits = {
      ...keyPolicy().limits,
      budgets: [{ limitNanoUsd, duration: null, anchorMs: T }],
    };
    return decided({ limits, ...key }, { bound, ...changes });
  };

  it("is shortened where the caller or the key allows it", () => {
    for (const [changes, key] of [
      [{ allowsClamping: true }, {}],
      [{}, { allowsClamping: true }],
    ]) {
      expect(withBudget(1_010, changes ?? {}, key)).toMatchObject({
        kind: "admitted",
        lease: { outputTokensMax: 1_000, heldNanoUsd: 1_010 },
      });
    }
    expect(withBudget(1_010, {}).kind).toBe("refused");
  });

  it("is never cut below what is useful", () => {
    expect(withBudget(266, { allowsClamping: true }).kind).toBe("admitted");
    expect(withBudget(265, { allowsClamping: true }).kind).toBe("refused");
  });
});
