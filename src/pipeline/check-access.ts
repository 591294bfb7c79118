import { mayUseModel } from "../core/access.ts";
import { GatewayError } from "../core/errors.ts";
import type { AccessReply } from "../core/ledger.ts";
import type { ModelGroup } from "../core/plan.ts";
import type { Deps } from "./deps.ts";
import type { Caller } from "./caller.ts";
import { errorOfRefusal } from "./refusals.ts";

/** Says whether a model is among those a key may use. */
export type Access = (group: ModelGroup) => boolean;

/**
 * What the key may use now, for questions that cost nothing and so reserve nothing. Throws when it is
 * blocked, expired or gone.
 */
export async function readAccess(caller: Caller, deps: Deps): Promise<Access> {
  const reply = await askAccount(caller, deps);
  if (reply.kind === "refused") {
    throw errorOfRefusal(reply.refusal, { model: "", nowMs: deps.nowMs() });
  }
  return ({ name, deployments }) => {
    const accessGroups = deployments.flatMap((one) => one.accessGroups);
    return reply.lists.every(({ models }) => mayUseModel(models, name, accessGroups));
  };
}

export async function checkAccess(caller: Caller, group: ModelGroup, deps: Deps): Promise<void> {
  const mayUse = await readAccess(caller, deps);
  if (mayUse(group)) return;
  throw new GatewayError(
    "model_access_denied",
    `key not allowed to access model. Tried to access ${group.name}; GET /v1/models lists what it can.`,
    { param: "model" },
  );
}

type Answer = Exclude<AccessReply, { kind: "moved" }>;

async function askAccount(caller: Caller, deps: Deps): Promise<Answer> {
  const reply = await ask(caller.accountId, caller, deps);
  if (reply.kind !== "moved") return reply;
  const second = await ask(reply.accountId, caller, deps);
  if (second.kind === "moved") throw new GatewayError("unavailable", "The key is being moved.");
  return second;
}

async function ask(accountId: string, { keyHash }: Caller, deps: Deps): Promise<AccessReply> {
  try {
    return await deps.account(accountId).access(keyHash);
  } catch (cause) {
    throw new GatewayError(
      "unavailable",
      "The account of this key cannot be reached. Try again in a moment.",
      { cause, retryAfterMs: 1_000 },
    );
  }
}
