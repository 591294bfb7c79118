import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../../core/ledger/random.ts";
import { createAdmin, MASTER_KEY } from "./admin.ts";

const { post, send, get } = createAdmin();

const POSTS = [
  "/key/generate",
  "/key/update",
  "/key/delete",
  "/key/block",
  "/key/unblock",
  "/team/new",
  "/team/update",
  "/user/new",
  "/user/update",
];

const FIELDS = [
  "key",
  "keys",
  "key_aliases",
  "key_alias",
  "duration",
  "models",
  "max_budget",
  "budget_duration",
  "budget_limits",
  "tpm_limit",
  "rpm_limit",
  "max_parallel_requests",
  "metadata",
  "tags",
  "model_rpm_limit",
  "spend",
  "user_id",
  "team_id",
  "user_email",
  "user_role",
  "teams",
  "members_with_roles",
  "team_member_budget",
  "auto_create_key",
  "blocked",
  "key_type",
  "permissions",
];

const VALUES: unknown[] = [
  null,
  "",
  "x",
  "sk-",
  "30d",
  "99999999999d",
  "-1",
  "NaN",
  "é\u0000",
  "\ud800",
  "x".repeat(5_000),
  "../../etc/passwd",
  "'; DROP TABLE keys; --",
  "__proto__",
  0,
  -0,
  -1,
  0.1,
  1e21,
  1e308,
  9_007_199_254_740_993,
  true,
  [],
  [null],
  [[]],
  ["x", 1],
  Array.from({ length: 3_000 }, (_, at) => `m${at}`),
  {},
  { constructor: { prototype: {} } },
  [{ team_id: 1 }],
  [{ role: "owner", user_id: "u" }],
  [{ budget_duration: "1d" }],
];

describe("a malformed body", () => {
  it.each([
    ["nothing", ""],
    ["null", "null"],
    ["a list", "[]"],
    ["a number", "5"],
    ["a text", '"text"'],
    ["an open brace", "{"],
    ["half an object", '{"models":'],
    ["Python's idea of JSON", "{'single': 1}"],
    ["two objects", "{}{}"],
    ["lists in lists", `{"metadata":${"[".repeat(50_000)}${"]".repeat(50_000)}}`],
    ["objects in objects", `{"metadata":${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}}`],
    ["far too much", `{"metadata":{"a":"${"x".repeat(300_000)}"}}`],
  ])("is the caller's fault on every route: %s", async (_, body) => {
    for (const path of POSTS) {
      const { status, body: answer } = await post(path, body);
      expect(status, path).toBeGreaterThanOrEqual(400);
      expect(status, path).toBeLessThan(500);
      expect(answer).toMatchObject({ error: { code: String(status) } });
    }
  });

  it("is refused when it does not say that it is JSON", async () => {
    const init = { method: "POST", headers: { authorization: `Bearer ${MASTER_KEY}` }, body: "{}" };
    expect((await send("/key/generate", init)).status).toBe(400);
  });

  it("never becomes our fault, whatever stands in its fields", async () => {
    const random = createRandom(2026);
    const seen = new Map<number, number>();
    for (let round = 0; round < 600; round += 1) {
      const path = random.pick(POSTS) ?? "/key/generate";
      const body = randomBody(random);
      const { status } = await post(path, body);
      expect(status, `${path} ${JSON.stringify(body).slice(0, 300)}`).toBeLessThan(500);
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }
    // Both doors were tried: bodies that pass and bodies that do not.
    expect(seen.get(200)).toBeGreaterThan(5);
    expect(seen.get(400)).toBeGreaterThan(100);
  }, 60_000);

  it("never becomes our fault in a query either", async () => {
    const values = ["", "x", "%00", "%ED%A0%80", "'", "9".repeat(400), "x".repeat(3_000), "%"];
    const paths = [
      "/key/info?key=",
      "/key/list?page=",
      "/key/list?team_id=",
      "/key/list?key_alias=",
      "/team/info?team_id=",
      "/user/info?user_id=",
    ];
    for (const path of paths) {
      for (const value of values) {
        expect((await get(path + value)).status, path + value).toBeLessThan(500);
      }
    }
  });
});

function randomBody(random: Random): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  const count = random.below(4);
  for (let at = 0; at < count; at += 1) {
    body[random.pick(FIELDS) ?? "models"] = random.pick(VALUES);
  }
  return body;
}
