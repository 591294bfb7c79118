import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { createAdmin, db, NOW, textAt } from "./admin.ts";

describe("the audit log", () => {
  it("says who changed what, from what to what, when and from where", async () => {
    const { generate, post, get } = createAdmin();
    const { hash } = await generate({ key_alias: "laptop", max_budget: 10 });
    const headers = { "litellm-changed-by": "alice", "cf-connecting-ip": "203.0.113.7" };
    await post("/key/update", { key: hash, max_budget: 20 }, headers);
    const { body } = await get(`/audit?object_id=${hash}&action=updated`);
    expect(body).toMatchObject({
      audit_logs: [
        {
          changed_by: "alice",
          changed_by_api_key: "master",
          changed_from: "203.0.113.7",
          action: "updated",
          table_name: "LiteLLM_VerificationToken",
          object_id: hash,
          updated_at: NOW,
          before_value: { max_budget: 10, key_alias: "laptop" },
          updated_values: { max_budget: 20 },
        },
      ],
      next_page: null,
    });
  });

  it("never holds a key", async () => {
    const { generate, get } = createAdmin();
    const { made, hash } = await generate({});
    const { body } = await get(`/audit?object_id=${hash}`);
    expect(JSON.stringify(body)).not.toContain(textAt(made, "key"));
    expect(body).toMatchObject({ audit_logs: [{ action: "created" }] });
  });

  it("is told a page at a time, newest first, with none left out and none twice", async () => {
    let nowMs = Date.parse(NOW);
    const { post, get } = createAdmin({ nowMs: () => (nowMs += 500) });
    for (let made = 0; made < 7; made += 1) {
      await post("/key/generate", { key_alias: `key-${made}` }, { "litellm-changed-by": "bob" });
    }
    const seen: string[] = [];
    let next = "";
    do {
      const { body } = await get(`/audit?changed_by=bob&page_size=3${next}`);
      const logs = Array.isArray(body["audit_logs"]) ? body["audit_logs"] : [];
      seen.push(...logs.map((one) => textAt({ one }, "one", "updated_values", "key_alias")));
      next = typeof body["next_page"] === "string" ? `&after=${body["next_page"]}` : "";
    } while (next !== "");
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((made) => `key-${made}`));
  });

  it("cannot be changed or shortened, not even in the database", async () => {
    const { generate } = createAdmin();
    await generate({});
    await expect(db.run(sql`UPDATE audit_log SET changed_by = 'nobody'`)).rejects.toThrow();
    await expect(db.run(sql`DELETE FROM audit_log`)).rejects.toThrow();
  });

  it("refuses a date and a page it cannot read, by name", async () => {
    const { get } = createAdmin();
    const answer = await get("/audit?start_date=yesterday");
    expect(answer).toMatchObject({ status: 400, body: { error: { param: "start_date" } } });
    expect(await get("/audit?after=x")).toMatchObject({
      status: 400,
      body: { error: { param: "after" } },
    });
  });
});
