import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import type { AmendReply, ReserveReply, ReserveRequest } from "../../src/core/ledger.ts";
import { countInWindow } from "../../src/core/ledger/rate-window.ts";
import { sharedId, type SharedName } from "../../src/core/ledger/shared/terms.ts";
import { restoreTurnstile, type PassingCall } from "../../src/core/ledger/shared/turnstile.ts";
import { customers, tags } from "../../src/platform/db/schema/budgets.ts";
import { organizations } from "../../src/platform/db/schema/organizations.ts";
import { parseStored } from "../../src/platform/account/stored-json.ts";
import { accountWith, callFor } from "./accounts.ts";
import { BARE_ROW } from "./bare-row.ts";

const db = drizzle(env.DB);

interface Limited {
  rpmLimit?: number;
  tpmLimit?: number;
  maxParallelRequests?: number;
  maxBudgetNanoUsd?: number;
}

export async function organizationWith(limits: Limited): Promise<string> {
  const id = `org-${crypto.randomUUID()}`;
  await db.insert(organizations).values({ ...BARE_ROW, id, alias: "Acme", ...limits });
  return id;
}

export async function tagWith(limits: Limited): Promise<string> {
  const name = `tag-${crypto.randomUUID()}`;
  await db.insert(tags).values({ ...BARE_ROW, name, ...limits });
  return name;
}

export async function customerWith(limits: Limited): Promise<string> {
  const id = `customer-${crypto.randomUUID()}`;
  await db.insert(customers).values({ ...BARE_ROW, id, ...limits });
  return id;
}

/** Two accounts with such a key each. */
export async function pair(key: Parameters<typeof accountWith>[0] = {}) {
  return [await accountWith(key), await accountWith(key)] as const;
}

type Member = Awaited<ReturnType<typeof accountWith>>;

/** So many calls at once, from each account in turn; those that were let in. */
export async function burst(
  members: readonly Member[],
  count: number,
  changes: Partial<ReserveRequest>,
) {
  const calls = Array.from({ length: count }, (_, at) => {
    const member = members[at % members.length];
    if (member === undefined) throw new Error("nobody calls");
    return { member, call: callFor(changes) };
  });
  const replies = await Promise.all(calls.map(({ member, call }) => member.ledger.reserve(call)));
  const inside = calls.filter((_, at) => replies[at]?.kind === "admitted");
  return { replies, inside };
}

export function limitOf(reply: ReserveReply | AmendReply | undefined) {
  if (reply?.kind !== "refused" || reply.refusal.reason !== "rate-limit") return undefined;
  return reply.refusal;
}

export function objectOf(name: SharedName) {
  return env.SHARED_BUDGET.getByName(sharedId(name));
}

/** What is durable of a turnstile, as it would be after a restart. */
export async function counted(name: SharedName) {
  const rows = await runInDurableObject(objectOf(name), (_, state) =>
    state.storage.sql.exec<{ call: string }>("SELECT call FROM passing").toArray(),
  );
  const { counters } = restoreTurnstile(rows.map(({ call }) => parseStored<PassingCall>(call)));
  const nowMs = Date.now();
  return {
    requests: countInWindow(counters.requests, nowMs),
    tokens: countInWindow(counters.tokens, nowMs),
    inFlight: counters.inFlight,
    heldTokens: counters.heldTokens,
  };
}

/** The same call at another model, which may come to so many tokens. */
export function withTokens(call: ReserveRequest, tokens: number): ReserveRequest {
  const names = { model: "claude", modelAsked: "claude", modelMeant: "claude" };
  return { ...call, ...names, bound: { ...call.bound, tokens } };
}
