import { Hono } from "hono";
import { compose } from "../../src/compose.ts";
import type { AccountLedger, Settlement } from "../../src/core/ledger.ts";
import type { App } from "../../src/http/context.ts";
import { serve } from "../../src/http/serve.ts";
import { answer } from "../../src/pipeline/answer.ts";
import type { ChatRoute } from "../../src/pipeline/call.ts";
import { objectIn } from "../core/parsed.ts";
import { DEMO, environmentWith } from "../http/call.ts";
import { threeGpts, worldWith, type World } from "./world.ts";

/** What went between the line and the accounts. */
export interface Kept {
  /** What each call let in holds, in nano-USD. */
  holds: number[];
  settlements: Settlement[];
  /** How many settlements are lost on their way. */
  losses: number;
}

/** A world whose accounts are real, and where what they are told is kept. */
export function lineWith(
  fetch: World["fetch"],
  config: object = threeGpts({ num_retries: 0 }),
  changes: Partial<World> = {},
) {
  const kept: Kept = { holds: [], settlements: [], losses: 0 };
  const inner = worldWith(config, fetch, changes);
  const deps: World = { ...inner, account: (id) => keeping(inner.account(id), kept) };
  return { deps, kept };
}

function keeping(real: AccountLedger, kept: Kept): AccountLedger {
  return {
    reserve: async (request) => {
      const reply = await real.reserve(request);
      if (reply.kind === "admitted") kept.holds.push(reply.admission.heldNanoUsd);
      return reply;
    },
    amend: async (request) => {
      const reply = await real.amend(request);
      if (reply.kind === "admitted") kept.holds.push(reply.admission.heldNanoUsd);
      return reply;
    },
    extend: (...lease) => real.extend(...lease),
    access: (...asked) => real.access(...asked),
    settle: async (settlement) => {
      kept.settlements.push(settlement);
      if (kept.settlements.length <= kept.losses) throw new Error("the account is restarting");
      return real.settle(settlement);
    },
  };
}

/** What a caller gets to see. */
export interface Told {
  status: number;
  headers: Headers;
  text: string;
  /** The connection did not end as it should. */
  cut: boolean;
}

export interface Posted {
  key: string;
  body: object | FormData | string;
  leaving?: AbortSignal;
  /** Leaves after the first piece of the answer. */
  hangUp?: () => void;
}

/** A call as the platform makes it, over the route it comes in by; done when all it left is done. */
export async function callOver(
  route: ChatRoute,
  deps: World,
  { key, body, leaving, hangUp }: Posted,
): Promise<Told> {
  const environment = environmentWith(DEMO);
  const app = new Hono<App>();
  app.use(async (c, next) => {
    c.set("gateway", { ...compose(environment), deps });
    await next();
  });
  serve(app, [route.path], () => route, answer);
  const request = new Request(`https://gateway.example${route.path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: typeof body === "string" || body instanceof FormData ? body : JSON.stringify(body),
    signal: leaving,
  });
  const work: Promise<unknown>[] = [];
  const context = {
    waitUntil: (promise: Promise<unknown>) => void work.push(promise),
    passThroughOnException: () => undefined,
    props: {},
  };
  const response = await app.fetch(request, environment, context);
  const told = await readAll(response, leaving, hangUp);
  // What is awaited may leave more behind.
  for (let index = 0; index < work.length; index++) await work[index];
  return told;
}

async function readAll(
  response: Response,
  leaving?: AbortSignal,
  hangUp?: () => void,
): Promise<Told> {
  const { status, headers } = response;
  const decoder = new TextDecoder();
  let text = "";
  const isThere = leaving?.aborted !== true;
  const body: ReadableStream<Uint8Array> | null = isThere ? response.body : null;
  try {
    for await (const piece of body ?? []) {
      text += decoder.decode(piece, { stream: true });
      if (hangUp !== undefined) {
        hangUp();
        break;
      }
    }
    return { status, headers, text, cut: false };
  } catch {
    return { status, headers, text, cut: true };
  }
}

/** The code of the error that was told, in whose grammar, and the id it names. */
export function errorIn({ text }: Told): { grammar: string; type: unknown; id: unknown } {
  const said = /^data: (.*"error".*)$/m.exec(text)?.[1] ?? text;
  const body = objectIn(said);
  const error = objectIn(JSON.stringify(body.error));
  if (body.type === "error") {
    return { grammar: "anthropic", type: error.type, id: body.request_id };
  }
  const { request_id: id } = objectIn(JSON.stringify(error.provider_specific_fields));
  return { grammar: "openai", type: error.type, id };
}
