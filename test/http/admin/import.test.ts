import { describe, expect, it } from "vitest";
import { settlementOf } from "../../platform/accounts.ts";
import { createAdmin, unreachable } from "./admin.ts";
import { bring, call, importing, oldKey } from "./imports.ts";

const { post, get } = importing;

describe("an imported key", () => {
  it("is the key it was: hash, limits, people, and what is left of its budget", async () => {
    const key = "sk-old-client-0001";
    const row = await oldKey(key, {
      key_alias: "old client",
      models: ["gpt-4o"],
      max_budget: 0.000001,
      spend: 0.0000004,
      metadata: { team: "core" },
      rpm_limit: "60",
    });
    expect(await bring("keys", row)).toMatchObject([{ outcome: "imported", notes: [] }]);
    const { body } = await get(`/key/info?key=${key}`);
    expect(body["info"]).toMatchObject({
      key_alias: "old client",
      models: ["gpt-4o"],
      max_budget: 0.000001,
      spend: 0.0000004,
      rpm_limit: 60,
      metadata: { team: "core" },
      created_by: "taro",
      created_at: "2025-03-01T09:00:00.123+00:00",
    });
    const fits = await call(key, { inputNanoUsd: 600 });
    expect(await fits?.account.reserve(fits.request)).toMatchObject({ kind: "admitted" });
    const tooMuch = await call(key, { inputNanoUsd: 1 });
    expect(await tooMuch?.account.reserve({ ...tooMuch.request, waitMs: 0 })).toMatchObject({
      kind: "refused",
      refusal: { reason: "budget-in-flight", scope: "key", name: "old client", spentNanoUsd: 400 },
    });
  });

  it("starts with nothing spent in a window that is over, and keeps what it spent in its life", async () => {
    const ended = { budget_duration: "30d", budget_reset_at: "2026-11-01T00:00:00", max_budget: 5 };
    const key = "sk-old-client-0002";
    await bring("keys", await oldKey(key, { ...ended, spend: 4.5 }));
    const found = await call(key);
    const scope = { kind: "key" as const, id: found?.keyHash ?? "" };
    expect(await found?.account.standings([scope])).toMatchObject([
      { windowNanoUsd: 0, lifetimeNanoUsd: 4_500_000_000 },
    ]);
  });

  it("is told when its budget resets at another time here", async () => {
    const window = {
      budget_duration: "30d",
      budget_reset_at: "2026-11-25T10:00:00Z",
      max_budget: 5,
    };
    const [result] = await bring("keys", await oldKey("sk-old-client-0003", window));
    expect(result?.["notes"]).toEqual([
      "budget window ends at another time: 2026-12-01T00:00:00+00:00 here, 2026-11-25T10:00:00+00:00 in LiteLLM",
    ]);
    const tenDays = {
      budget_duration: "10d",
      budget_reset_at: "2026-11-25T00:00:00Z",
      max_budget: 5,
    };
    expect(await bring("keys", await oldKey("sk-old-client-0004", tenDays))).toMatchObject([
      { outcome: "imported", notes: [] },
    ]);
  });

  it("is not imported twice, and its second row changes nothing that happened since", async () => {
    const key = "sk-old-client-0005";
    const row = await oldKey(key, { max_budget: 1, spend: 0.5 });
    await bring("keys", row);
    const found = await call(key, { inputNanoUsd: 1_000 });
    if (found === undefined) throw new Error("the key is not here");
    await found.account.reserve(found.request);
    await found.account.settle(settlementOf(found.request, 900));
    await post("/key/update", { key, max_budget: 2 });
    expect(await bring("keys", row)).toMatchObject([
      { outcome: "unchanged", notes: ["differs here, and was left so: max_budget"] },
    ]);
    const { body } = await get(`/key/info?key=${key}`);
    expect(body["info"]).toMatchObject({ max_budget: 2, spend: 0.5000009 });
  });

  it("does not come back after it was deleted or rotated here", async () => {
    const row = await oldKey("sk-old-client-0006");
    await bring("keys", row);
    await post("/key/delete", { keys: ["sk-old-client-0006"] });
    expect(await bring("keys", row)).toMatchObject([{ outcome: "unchanged" }]);
    expect((await get("/key/info?key=sk-old-client-0006")).status).toBe(404);
  });

  it("is refused rather than left without the limits of what is not here", async () => {
    const rows = [
      await oldKey("sk-odd-1", { team_id: "nowhere" }),
      await oldKey("sk-odd-2", { organization_id: "nowhere" }),
      await oldKey("sk-odd-3", { budget_id: "nowhere" }),
      await oldKey("sk-odd-4", { max_budget: -1 }),
      await oldKey("sk-odd-5", { budget_duration: "3mo", max_budget: 1 }),
      await oldKey("sk-odd-6", { token: "sk-in-plain-text" }),
      await oldKey("sk-odd-7", { team_id: "litellm-dashboard", expires: "2026-11-19T00:00:00Z" }),
      await oldKey("sk-odd-8", { model_max_budget: { "gpt-4o": { budget_limit: "much" } } }),
    ];
    const results = await bring("keys", ...rows);
    expect(results.map((one) => one["outcome"])).toEqual(rows.map(() => "refused"));
    expect(results.map((one) => one["reason"])).toEqual([
      "its team is not here: nowhere",
      "its organization is not here: nowhere",
      "its budget is not here: nowhere",
      expect.stringContaining("max_budget"),
      expect.stringContaining("budget_duration"),
      expect.stringContaining("token"),
      expect.stringContaining("dashboard"),
      expect.stringContaining("model_max_budget"),
    ]);
    expect((await get("/key/info?key=sk-odd-1")).status).toBe(404);
  });

  it("keeps working under another alias when its own is taken, and nothing is lost unseen", async () => {
    await bring("keys", await oldKey("sk-twin-1", { key_alias: "twin" }));
    const second = await oldKey("sk-twin-2", {
      key_alias: "twin",
      object_permission_id: "permission-1",
    });
    const [result] = await bring("keys", second);
    const alias = `twin (${String(second["token"]).slice(0, 8)})`;
    expect(result).toMatchObject({
      outcome: "imported",
      notes: [
        "not taken over: object_permission_id",
        `another key has its alias; it is called: ${alias}`,
      ],
    });
    expect((await get("/key/info?key=sk-twin-2")).body["info"]).toMatchObject({ key_alias: alias });
  });

  it("is in neither place when its account cannot be reached, and comes with the next attempt", async () => {
    const row = await oldKey("sk-old-client-0007");
    const cut = createAdmin({ account: unreachable });
    const { body } = await cut.post("/sekisho/import", { table: "keys", rows: [row] });
    expect(body).toMatchObject({ imported: 0, refused: 1 });
    expect((await get("/key/info?key=sk-old-client-0007")).status).toBe(404);
    expect(await bring("keys", row)).toMatchObject([{ outcome: "imported" }]);
  });
});

describe("the import route", () => {
  it("is for administrators, and takes up to 500 rows of a table it knows", async () => {
    const { key } = await importing.generate();
    const authorization = `Bearer ${key}`;
    const body = { table: "keys", rows: [{}] };
    expect((await post("/sekisho/import", body, { authorization })).status).toBe(403);
    expect((await post("/sekisho/import", { ...body, table: "spend" })).status).toBe(400);
    const rows = Array.from({ length: 501 }, () => ({}));
    expect((await post("/sekisho/import", { table: "keys", rows })).status).toBe(400);
  });

  it("takes 500 keys of a team in one call", async () => {
    await bring("teams", { team_id: "large" });
    const rows = await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const { token, key_name } = await oldKey(`sk-many-${index}-0000`);
        return { token, key_name, team_id: "large", max_budget: 1, spend: 0.1 };
      }),
    );
    const { body } = await post("/sekisho/import", { table: "keys", rows });
    expect(body).toMatchObject({ imported: 500, unchanged: 0, refused: 0 });
  });
});
