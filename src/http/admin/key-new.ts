import { issueAwsAccessKey } from "../../core/aws-access-key.ts";
import { GatewayError } from "../../core/errors.ts";
import { accountIdOf, hashKey, looksNative, maskKey, mintKey } from "../../core/key-format.ts";
import { isHashTaken } from "../../platform/db/keys.ts";
import type { KeyRow, TeamRow } from "../../platform/db/schema/identity.ts";
import type { AdminDeps } from "./deps.ts";
import { changeKey, type KeyBody } from "./key-body.ts";
import { duplicateKey } from "./key-changes.ts";
import { inOrganization, requireTeamOf } from "./key-teams.ts";
import { noLimits } from "./limit-fields.ts";
import { refuseUnsoundRouter } from "./own-router-settings.ts";

/** The row of a new key, and the key, which is stored nowhere. Also for the key of a new user. */
export async function newKey(
  body: KeyBody,
  ownKey: string | null,
  by: string,
  deps: AdminDeps,
): Promise<{ row: KeyRow; key: string; team: TeamRow | undefined }> {
  const wanted = changeKey(blankKey(body.spend ?? 0, by, deps.nowMs()), body, by, deps.nowMs());
  refuseUnsoundRouter(wanted.settings, deps.config);
  const team = await requireTeamOf(wanted, deps);
  const row = inOrganization(null, wanted, team, true);
  row.accountId = await accountIdOf(row);
  const { key, hash, name } = await keyText(row.accountId, ownKey, deps);
  return { row: { ...row, hash, name }, key, team };
}

/** What somebody brought along, or a key minted for this account. */
export async function keyText(
  accountId: string,
  ownKey: string | null,
  deps: AdminDeps,
): Promise<{ key: string; hash: string; name: string }> {
  if (ownKey !== null) refuseUnsuitable(ownKey, deps);
  const key = ownKey ?? (await mintKey(accountId, deps.signer));
  const hash = await hashKey(key);
  if (ownKey !== null && (await isHashTaken(deps.db, hash))) throw duplicateKey();
  return { key, hash, name: maskKey(key) };
}

/** The secret is shown here and nowhere again; it is derived, so nobody keeps it. */
export async function accessKeyFields(
  body: { aws_access_key?: boolean | null | undefined },
  row: KeyRow,
  { signer }: AdminDeps,
): Promise<{ aws_access_key_id?: string; aws_secret_access_key?: string }> {
  if (body.aws_access_key !== true) return {};
  const owner = { accountId: row.accountId, keyHash: row.hash };
  const { accessKeyId, secretAccessKey } = await issueAwsAccessKey(owner, signer);
  return { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey };
}

function blankKey(spendNanoUsd: number, by: string, nowMs: number): KeyRow {
  return {
    ...noLimits(nowMs),
    hash: "",
    name: "",
    alias: null,
    accountId: "",
    teamId: null,
    userId: null,
    organizationId: null,
    expiresAtMs: null,
    previousHash: null,
    previousUntilMs: null,
    rotateAtMs: null,
    spendNanoUsd,
    createdAtMs: nowMs,
    createdBy: by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}

function refuseUnsuitable(key: string, deps: AdminDeps): void {
  if (key === deps.masterKey) throw unsuitable("The master key cannot also be a virtual key.");
  if (looksNative(key)) {
    throw unsuitable("Keys of this form are minted by the gateway; leave it out to get one.");
  }
}

function unsuitable(message: string): GatewayError {
  return new GatewayError("invalid_request", message, { param: "key" });
}
