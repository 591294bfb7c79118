import { closedList, type ModelAlias } from "../core/access.ts";
import { GatewayError } from "../core/errors.ts";
import type { AccessReply, KeyStanding, Visit } from "../core/ledger.ts";
import type { ModelGroup } from "../core/plan.ts";
import type { Deps } from "./deps.ts";
import type { Caller } from "./caller.ts";
import { errorOfRefusal } from "./refusals.ts";

/** What a key may use and has left, for questions that cost nothing and so reserve nothing. */
export interface Grant {
  /** Says whether a model is among those the key may use by this name. */
  mayUse(name: string, group: ModelGroup): boolean;
  /** The key's and its team's own names for models. */
  aliases: Record<string, ModelAlias>;
  key: KeyStanding;
}

/** Throws when the key is blocked, expired or gone, or may not come here. */
export async function readGrant(caller: Caller, visit: Visit, deps: Deps): Promise<Grant> {
  const reply = await askAccount(caller, visit, deps);
  if (reply.kind === "refused") {
    throw errorOfRefusal(reply.refusal, {
      model: "",
      nowMs: deps.nowMs(),
      legacyStatuses: deps.config.settings.legacyStatuses,
    });
  }
  const { lists, aliases, key } = reply;
  return {
    aliases,
    key,
    mayUse(asked, { name: model, deployments }) {
      const alias = Object.hasOwn(aliases, asked) ? aliases[asked] : undefined;
      const accessGroups = deployments.flatMap((one) => one.accessGroups);
      return closedList(lists, { asked, model, accessGroups, alias }) === undefined;
    },
  };
}

/** Where a request came to, and from where. */
export function visitOf(headers: Headers, route: string): Visit {
  return { route, requesterIp: headers.get("cf-connecting-ip") };
}

type Answer = Exclude<AccessReply, { kind: "moved" }>;

async function askAccount(caller: Caller, visit: Visit, deps: Deps): Promise<Answer> {
  const reply = await ask(caller.accountId, caller, visit, deps);
  if (reply.kind !== "moved") return reply;
  // Whatever belongs to the account belongs to the one the key is in now.
  caller.accountId = reply.accountId;
  const second = await ask(reply.accountId, caller, visit, deps);
  if (second.kind === "moved") throw new GatewayError("unavailable", "The key is being moved.");
  return second;
}

async function ask(
  accountId: string,
  { keyHash }: Caller,
  visit: Visit,
  deps: Deps,
): Promise<AccessReply> {
  try {
    return await deps.account(accountId).access(keyHash, visit);
  } catch (cause) {
    throw new GatewayError(
      "unavailable",
      "The account of this key cannot be reached. Try again in a moment.",
      { cause, retryAfterMs: 1_000 },
    );
  }
}
