import type { AnswerCache } from "../../src/core/answer-cache.ts";
import { env } from "cloudflare:workers";
import { createKeySigner, hashKey, mintKey } from "../../src/core/key-format.ts";
import { NOTHING_SPENT, type KeyPolicy, type Standing } from "../../src/core/ledger/policy.ts";
import { anthropicMessages } from "../../src/dialects/anthropic-messages/index.ts";
import { openAiChat } from "../../src/dialects/openai-chat/index.ts";
import { admit } from "../../src/pipeline/admit.ts";
import type { Admitted } from "../../src/pipeline/admitted.ts";
import type { Call, ChatRoute } from "../../src/pipeline/call.ts";
import { createAliasMemory } from "../../src/pipeline/alias-memory.ts";
import { createTermsMemory } from "../../src/pipeline/terms.ts";
import { createChoosers } from "../../src/pipeline/choosers.ts";
import type { CallContext, Deps } from "../../src/pipeline/deps.ts";
import type { Caller } from "../../src/pipeline/caller.ts";
import { MASTER_CALLER } from "../../src/pipeline/identify.ts";
import { parse } from "../../src/pipeline/parse.ts";
import { accountStub } from "../../src/platform/account/stub.ts";
import { createTokenMint } from "../../src/providers/google-token.ts";
import { loaded } from "../core/config/sample.ts";
import { keyPolicy } from "../core/ledger/samples.ts";
import "../platform/accounts.ts";

// What the line needs of the world: everything is real but the vendors, the clock and chance.

export const MASTER_KEY = "sk-test-master-of-the-pipeline";
const SIGNER = createKeySigner("a-key-secret-for-tests-of-the-pipeline");

export const OPENAI: ChatRoute = {
  path: "/v1/chat/completions",
  callType: "acompletion",
  dialect: openAiChat,
  target: {},
};
export const ANTHROPIC: ChatRoute = {
  path: "/v1/messages",
  callType: "anthropic_messages",
  dialect: anthropicMessages,
  target: {},
};

/** Clock, chance and naps of one test. Sleeping takes no time but moves the clock. */
export interface World extends Deps {
  sleptMs: number[];
  faults: unknown[];
  advance(milliseconds: number): void;
}

export function worldWith(
  config: object,
  fetch: Deps["fetch"] = () => Promise.reject(new Error("nobody was to be asked")),
  changes: Partial<Deps> = {},
): World {
  // The account objects live in real time, so the clock starts there.
  let nowMs = Date.now();
  const sleptMs: number[] = [];
  const faults: unknown[] = [];
  return {
    config: loaded(config),
    masterKey: MASTER_KEY,
    signer: SIGNER,
    fetch,
    nowMs: () => nowMs,
    newId: () => crypto.randomUUID(),
    random: () => 0.5,
    sleep: async (milliseconds) => {
      sleptMs.push(milliseconds);
      nowMs += milliseconds;
    },
    noteFault: (cause) => void faults.push(cause),
    account: (accountId) => accountStub(env.ACCOUNT, accountId),
    findAccountOfKey: async () => undefined,
    tokens: createTokenMint(fetch),
    // Every group is chosen from here; tests of pools bring theirs.
    chooserFor: createChoosers({
      nowMs: () => nowMs,
      random: () => 0.5,
      noteAway: (_group, cause) => void faults.push(cause),
    }),
    aliases: createAliasMemory(),
    termsMemory: createTermsMemory(),
    answerCache: () => NO_CACHE,
    sleptMs,
    faults,
    advance: (milliseconds) => void (nowMs += milliseconds),
    ...changes,
  };
}

/** A call's context, with the work it left behind and a way to hang up. */
export interface Context extends CallContext {
  hangUp(): void;
  /** Resolves when everything given to `waitUntil` is done. */
  done(): Promise<void>;
}

export function contextIn(deps: Deps): Context {
  const leaving = new AbortController();
  const work: Promise<unknown>[] = [];
  return {
    id: deps.newId(),
    startedAtMs: deps.nowMs(),
    callerGone: leaving.signal,
    waitUntil: (promise) => void work.push(promise),
    hangUp: () => leaving.abort(),
    async done() {
      // What is awaited may leave more behind.
      for (let index = 0; index < work.length; index++) await work[index];
    },
  };
}

export interface Asked {
  route?: ChatRoute;
  body?: object;
  headers?: Record<string, string>;
  caller?: Caller;
  context?: CallContext;
}

/** A call of `gpt` that has been parsed, by the administrator unless somebody else is named. */
export function callIn(deps: Deps, asked: Asked = {}): Promise<Call> {
  const { route = OPENAI, body = {}, caller = { ...MASTER_CALLER } } = asked;
  const whole = { model: "gpt", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };
  const request = new Request(`https://gateway.example${route.path}`, {
    method: "POST",
    headers: asked.headers ?? {},
    body: JSON.stringify({ ...whole, ...body }),
  });
  return parse(request, caller, route, asked.context ?? contextIn(deps), deps);
}

export async function admittedIn(deps: Deps, asked: Asked = {}): Promise<[Call, Admitted]> {
  const call = await callIn(deps, asked);
  return [call, await admit(call, deps)];
}

/** A native key that its account knows. */
export async function newKey(changes: Partial<KeyPolicy> = {}): Promise<{ key: string } & Caller> {
  const accountId = crypto.randomUUID().replaceAll("-", "").slice(0, 20);
  const key = await mintKey(accountId, SIGNER);
  const keyHash = await hashKey(key);
  const account = accountStub(env.ACCOUNT, accountId);
  await account.putKey(keyPolicy({ hash: keyHash, ...changes }), NOTHING_SPENT);
  return { key, accountId, keyHash };
}

/** What the account says this key has spent and holds. */
export async function standingOf({ accountId, keyHash }: Caller): Promise<Standing | undefined> {
  const account = accountStub(env.ACCOUNT, accountId);
  const [standing] = await account.standings([{ kind: "key", id: keyHash }]);
  return standing;
}

/** One deployment of the group `gpt`, told apart by its id and its host. */
export function gptAt(id: string, parameters: object = {}, info: object = {}): object {
  return {
    model_name: "gpt",
    litellm_params: {
      model: "openai/gpt-4.1",
      api_key: `sk-of-${id}`,
      api_base: `https://${id}.example/v1`,
      ...parameters,
    },
    model_info: { id, ...info },
  };
}

/** Three deployments in a fixed order, and the retries a test wants. */
export function threeGpts(router: object = {}): object {
  const model_list = ["a", "b", "c"].map((id, order) => gptAt(id, { order: order + 1 }));
  return { model_list, router_settings: router };
}

type Vendor = (request: Request) => Response | Promise<Response>;

/** Vendors by host: each answers with its responses in turn, the last one again and again. */
export function vendors(answers: Record<string, Vendor[] | Vendor>) {
  const asked: string[] = [];
  const requests: Request[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const host = new URL(request.url).host.split(".")[0] ?? "";
    const turn = asked.filter((one) => one === host).length;
    asked.push(host);
    requests.push(request.clone());
    const list = [answers[host] ?? []].flat();
    const answer = list[Math.min(turn, list.length - 1)];
    if (answer === undefined) throw new Error(`nobody lives at ${host}`);
    return answer(request);
  };
  return { fetch, asked, requests };
}

export const USAGE = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };

export const answers = {
  whole: () =>
    Response.json({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model: "gpt-4.1-2025-04-14",
      choices: [
        { index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" },
      ],
      usage: USAGE,
    }),
  streamed: () => sse(...CHUNKS),
  failing:
    (status: number, headers: Record<string, string> = {}, message = "no") =>
    () =>
      Response.json(
        { error: { message, type: "x", param: null, code: null } },
        { status, headers },
      ),
};

const chunk = (delta: object, finish_reason: string | null = null): object => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "gpt-4.1-2025-04-14",
  choices: [{ index: 0, delta, finish_reason }],
});

/** An opening, two words, the end, the counts. */
export const CHUNKS: (object | string)[] = [
  chunk({ role: "assistant", content: "" }),
  chunk({ content: "Hel" }),
  chunk({ content: "lo" }),
  chunk({}, "stop"),
  { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, choices: [], usage: USAGE },
  "[DONE]",
];

/** A model of Anthropic's, and what it streams: at $3 and $15 per million, 10 tokens and 2. */
export function claudeAt(id: string): object {
  const litellm_params = {
    model: "anthropic/claude-sonnet-4-5",
    api_key: `sk-of-${id}`,
    api_base: `https://${id}.example`,
  };
  return { model_name: "claude", litellm_params, model_info: { id } };
}

export const CLAUDE_STREAM = [
  {
    type: "message_start",
    message: {
      ...{ id: "msg_1", type: "message", role: "assistant", model: "claude-sonnet-4-5-20250929" },
      ...{ content: [], stop_reason: null, stop_sequence: null },
      usage: { input_tokens: 10, output_tokens: 1 },
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } },
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
  { type: "message_stop" },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join("");

export function sse(...events: (object | string)[]): Response {
  const text = events
    .map((one) => `data: ${typeof one === "string" ? one : JSON.stringify(one)}\n\n`)
    .join("");
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}

/** A body that says these pieces and then goes on as it is told: ends, breaks, or falls silent. */
export function bodyOf(
  pieces: (string | Uint8Array)[],
  then: "ends" | "breaks" | "falls silent" = "ends",
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const left = pieces.map((one) => (typeof one === "string" ? encoder.encode(one) : one.slice()));
  return new ReadableStream({
    // Vendors' bodies are byte streams, and are read as such.
    type: "bytes",
    pull(controller) {
      const piece = left.shift();
      if (piece !== undefined) return controller.enqueue(piece);
      if (then === "breaks") controller.error(new Error("the line went dead"));
      if (then !== "ends") return;
      controller.close();
      // A reader that brought its own buffer waits until it is handed back.
      controller.byobRequest?.respond(0);
    },
  });
}

/** Nothing is remembered. */
const NO_CACHE: AnswerCache = {
  open: () => Promise.resolve({ kind: "make", claim: "mine" }),
  keep: () => Promise.resolve(),
  letGo: () => Promise.resolve(),
};
