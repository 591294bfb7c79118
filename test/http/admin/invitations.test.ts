import { describe, expect, it } from "vitest";
import { hashKey } from "../../../src/core/key-format.ts";
import { findInvitationRow } from "../../../src/platform/db/invitations.ts";
import { createAdmin, db, NOW, textAt } from "./admin.ts";

const { post, get } = createAdmin();

describe("POST /invitation/new", () => {
  it("answers LiteLLM's row and a link whose secret is stored nowhere", async () => {
    await post("/user/new", { user_id: "u-invited", auto_create_key: false });
    const { status, body } = await post("/invitation/new", { user_id: "u-invited" });
    expect(status).toBe(200);
    const { invitation_link: link, ...row } = body;
    const id = textAt(body, "id");
    expect(row).toEqual({
      id,
      user_id: "u-invited",
      is_accepted: false,
      accepted_at: null,
      expires_at: "2026-11-25T10:30:00+00:00",
      created_at: NOW,
      created_by: "default_user_id",
      updated_at: NOW,
      updated_by: "default_user_id",
    });
    const url = new URL(String(link));
    expect(url.pathname + url.search).toBe(`/ui?invitation_id=${id}`);
    const secret = url.hash.slice(1);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    const stored = await findInvitationRow(db, id);
    expect(stored?.secretHash).toBe(await hashKey(secret));
    expect(JSON.stringify(stored)).not.toContain(secret);
    const { body: log } = await get(`/audit?object_id=${id}`);
    expect(log).toMatchObject({ audit_logs: [{ action: "created" }] });
    expect(JSON.stringify(log)).not.toContain(secret);
    expect(JSON.stringify((await get(`/invitation/info?invitation_id=${id}`)).body)).not.toContain(
      secret,
    );
  });

  it("invites nobody who is not there", async () => {
    expect((await post("/invitation/new", { user_id: "nobody" })).status).toBe(404);
    expect((await get("/invitation/info?invitation_id=none")).status).toBe(404);
  });
});

describe("an invitation", () => {
  it("is accepted once, and can be taken back", async () => {
    await post("/user/new", { user_id: "u-accepts", auto_create_key: false });
    const invitation_id = textAt(
      (await post("/invitation/new", { user_id: "u-accepts" })).body,
      "id",
    );
    const accepted = await post("/invitation/update", { invitation_id, is_accepted: true });
    expect(accepted.body).toMatchObject({ is_accepted: true, accepted_at: NOW });
    const reopened = await post("/invitation/update", { invitation_id, is_accepted: false });
    expect(reopened.status).toBe(400);
    expect((await post("/invitation/delete", { invitation_id })).body).toMatchObject({
      id: invitation_id,
    });
    expect((await get(`/invitation/info?invitation_id=${invitation_id}`)).status).toBe(404);
  });

  it("comes with a new user when asked for, and goes with them", async () => {
    const { body } = await post("/user/new", { user_id: "u-mailed", send_invite_email: true });
    const id = textAt(body, "invitation_id");
    expect(textAt(body, "invitation_link")).toContain(`/ui?invitation_id=${id}#`);
    await post("/user/delete", { user_ids: ["u-mailed"] }).catch(() => undefined);
    expect(await findInvitationRow(db, id)).toBeUndefined();
  });
});
