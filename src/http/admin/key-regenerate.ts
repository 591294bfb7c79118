import type * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import { keyAudit, requireOwnKey } from "./key-access.ts";
import { RegenerateKey } from "./key-body.ts";
import { liveSpend, saveKey } from "./key-changes.ts";
import { requireBudgetOf } from "./key-details.ts";
import { accessKeyFields, keyText } from "./key-new.ts";
import { rotateKey } from "./key-rotation.ts";
import { wantedKey } from "./key-update.ts";
import { renderNewKey } from "./key-view.ts";
import { bodyRoute, type AdminCall, type AdminRoute } from "./route.ts";
import type { JsonObject } from "../../core/json.ts";

export const keyRotationRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/key/regenerate"],
    action: "key.change",
    summary:
      "Give a key a new text. Limits and spend stay; the old text works for the `grace_period`.",
    body: RegenerateKey,
    answer: (call) => regenerate(call, call.body.key, call.body),
  }),
  bodyRoute({
    paths: ["/key/:key/regenerate"],
    action: "key.change",
    summary: "The same, with the key in the path.",
    body: RegenerateKey,
    answer: (call) => regenerate(call, call.params["key"], call.body),
  }),
];

async function regenerate(
  call: AdminCall,
  keyOrHash: string | undefined,
  body: z.output<typeof RegenerateKey>,
): Promise<JsonObject> {
  const { deps } = call;
  if (keyOrHash === undefined) throw noKeyNamed();
  const before = await requireOwnKey(call, keyOrHash);
  const wanted = await wantedKey(call, before, body, true);
  // Only where it changes accounts: else the new text and all else take effect in one step.
  const hasMoved = before.teamId !== wanted.teamId || before.userId !== wanted.userId;
  const moved = hasMoved ? await saveKey(before, wanted, deps) : wanted;
  const { key, ...text } = await keyText(moved.accountId, body.new_key ?? null, deps);
  const next = { ...text, grace: body.grace_period ?? null };
  const after = await rotateKey(hasMoved ? moved : before, moved, next, deps);
  call.audit(keyAudit("rotated", before, after, deps));
  const budget = await requireBudgetOf(after, deps);
  const row = { ...after, spendNanoUsd: await liveSpend(after, deps) };
  return {
    ...renderNewKey(row, key, deps, { budget }),
    ...(await accessKeyFields(body, after, deps)),
  };
}

function noKeyNamed(): GatewayError {
  return new GatewayError("invalid_request", "Say which key: its text or its hash.", {
    param: "key",
  });
}
