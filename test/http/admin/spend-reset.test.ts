import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { accountOf, createAdmin, spendWith, unreachable } from "./admin.ts";
import { ask, call, forgetTraffic, insertTraffic, keyFor } from "./traffic.ts";

beforeEach(forgetTraffic);

describe("POST /global/spend/reset", () => {
  it("starts keys anew in D1 and in their accounts, and leaves the past alone", async () => {
    const { post, generate, get } = createAdmin();
    const { key, hash } = await generate({ max_budget: 0.000_000_1 });
    await spendWith(key, 100);
    expect((await spendWith(key, 1)).kind).toBe("refused");
    await insertTraffic([call("1", { keyHash: hash, costNanoUsd: 100 })]);

    expect((await post("/global/spend/reset", {})).body).toEqual({
      message: "Spend for all API Keys and Teams reset successfully",
      status: "success",
    });
    const [standing] = await accountOf(key).standings([{ kind: "key", id: hash }]);
    expect(standing?.windowNanoUsd).toBe(0);
    expect((await get(`/key/info?key=${hash}`)).body).toMatchObject({ info: { spend: 0 } });
    expect(await env.DB.prepare("SELECT sum(spend_nano_usd) AS n FROM keys").first("n")).toBe(0);
    expect((await spendWith(key, 1)).kind).toBe("admitted");
    expect((await ask("/global/spend")).body).toMatchObject({ spend: 1e-7 });
    expect((await get("/audit?object_id=all")).body).toMatchObject({
      audit_logs: [{ updated_values: { spend: 0, reset: 1 } }],
    });
  });

  it("is for the master key alone", async () => {
    const key = await keyFor("root", { role: "proxy_admin" });
    const headers = { authorization: `Bearer ${key}` };
    expect(await createAdmin().post("/global/spend/reset", {}, headers)).toMatchObject({
      status: 403,
    });
  });

  it("says when an account cannot be reached, and can be sent again", async () => {
    const { generate, post } = createAdmin();
    const { hash } = await generate();
    await insertTraffic([call("1", { keyHash: hash })]);
    const cut = createAdmin({ account: unreachable });
    expect((await cut.post("/global/spend/reset", {})).status).toBe(503);
    expect((await ask("/spend/keys")).body).toMatchObject([{ spend: 1 }]);
    expect((await post("/global/spend/reset", {})).status).toBe(200);
    expect((await ask("/spend/keys")).body).toMatchObject([{ spend: 0 }]);
  });
});
