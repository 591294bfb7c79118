import { expect, it } from "vitest";
import { tellTeamKeys } from "../../../src/http/admin/key-teams.ts";
import { findKeyRow } from "../../../src/platform/db/keys.ts";
import { insertTeamRow, updateTeamRow } from "../../../src/platform/db/teams.ts";
import { admitted } from "../../platform/accounts.ts";
import { teamRow } from "../../platform/db/rows.ts";
import { callWith, createAdmin, db } from "./admin.ts";

const { deps, generate } = createAdmin();

it("moves a team's keys into its new organization, from their next call on", async () => {
  const before = teamRow("moving", { organizationId: "org-1" });
  await insertTeamRow(db, before);
  const { key, hash } = await generate({ team_id: "moving" });
  admitted((await callWith(key)).reply);
  for (const organizationId of ["org-2", null, "org-3"]) {
    const held = (await findKeyRow(db, hash))?.organizationId ?? null;
    const after = { ...before, organizationId };
    await updateTeamRow(db, before, after);
    await tellTeamKeys({ ...before, organizationId: held }, after, deps);
    expect((await findKeyRow(db, hash))?.organizationId).toBe(organizationId);
  }
  expect(admitted((await callWith(key)).reply).key.organizationId).toBe("org-3");
});
