import { describe, expect, it } from "vitest";
import { NO_LIMITS } from "../../src/core/ledger/policy.ts";
import { budgetOf, modelLimits } from "../core/ledger/samples.ts";
import { objectIn } from "../core/parsed.ts";
import { wishFor } from "../platform/pools.ts";
import { callOver, lineWith, type Told } from "./line.ts";
import { choosersOf, freshPools } from "./pooled.ts";
import { ANTHROPIC, answers, gptAt, newKey, OPENAI, sse, standingOf, vendors } from "./world.ts";

const { failing, whole, streamed } = answers;

const PRICED = { input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 };

/** A model of this name at the host of the same name. */
const model = (name: string, parameters: object = {}, info: object = {}): object => ({
  ...gptAt(name, parameters, info),
  model_name: name,
});

const CHAIN = {
  model_list: ["gpt", "second", "third", "long", "lenient"].map((name) => model(name)),
  router_settings: { num_retries: 0, fallbacks: [{ gpt: ["second", "third"] }] },
};

type Hosts = Parameters<typeof vendors>[0];

/** One call of `gpt` over the whole line, with what was asked, told and settled. */
async function asked(
  hosts: Hosts,
  config: object = CHAIN,
  call: { body?: object; policy?: Parameters<typeof newKey>[0]; route?: typeof OPENAI } = {},
) {
  const { fetch, asked: order, requests } = vendors(hosts);
  const { deps, kept } = lineWith(fetch, config);
  const { key, ...caller } = await newKey(call.policy);
  const { route = OPENAI, body = {} } = call;
  const whole = { model: "gpt", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };
  const told = await callOver(route, deps, { key, body: { ...whole, ...body } });
  const [settlement, ...more] = kept.settlements;
  expect(more).toEqual([]);
  return { ...told, order, requests, record: settlement?.record, kept, caller };
}

const saidOf = ({ text }: Told) => objectIn(text);

describe("a model that does not answer", () => {
  it("is answered for by the next in line, under that one's name", async () => {
    const seen = await asked({ gpt: failing(500), second: whole });
    expect([seen.status, seen.order]).toEqual([200, ["gpt", "second"]]);
    expect(seen.headers.get("x-litellm-model-group")).toBe("second");
    expect(seen.headers.get("x-litellm-attempted-fallbacks")).toBe("1");
    expect(seen.headers.get("x-litellm-max-fallbacks")).toBe("5");
    expect(seen.record).toMatchObject({
      modelGroup: "second",
      fallbackFrom: "gpt",
      deploymentId: "second",
      attempts: 2,
      status: "success",
    });
  });

  it("is told of in the caller's grammar, whatever the other's is", async () => {
    const seen = await asked({ gpt: failing(500), second: whole }, CHAIN, { route: ANTHROPIC });
    expect(saidOf(seen)).toMatchObject({ type: "message", model: "second" });
  });

  it("shows in a stream only by the name of who answers", async () => {
    const empty = () => sse();
    const body = { stream: true };
    const seen = await asked({ gpt: empty, second: streamed }, CHAIN, { body });
    expect(seen.text).toContain("Hel");
    expect(seen.text).not.toContain("error");
    expect(seen.cut).toBe(false);
  });

  it("has each of the others tried in order, with attempts of their own", async () => {
    const config = {
      model_list: [model("gpt"), model("second", { num_retries: 2 }), model("third")],
      router_settings: { num_retries: 1, fallbacks: [{ gpt: ["second", "third"] }] },
    };
    const seen = await asked({ gpt: failing(500), second: failing(500), third: whole }, config);
    expect(seen.order).toEqual(["gpt", "gpt", "second", "second", "second", "third"]);
    expect(seen.headers.get("x-litellm-attempted-fallbacks")).toBe("2");
    expect(seen.record).toMatchObject({ attempts: 6, modelGroup: "third" });
  });

  it("is the one that is told of when nobody answers", async () => {
    const seen = await asked({ gpt: failing(429), second: failing(500), third: failing(401) });
    expect(seen.status).toBe(429);
    expect(seen.order).toEqual(["gpt", "second", "third"]);
    expect(seen.record).toMatchObject({
      modelGroup: "gpt",
      fallbackFrom: null,
      deploymentId: "gpt",
      errorCode: "upstream_rate_limited",
      attempts: 3,
      costNanoUsd: 0,
    });
  });

  it("holds no place at a model that could not be asked while another answers", async () => {
    const pools = freshPools();
    const inFlight: number[] = [];
    const third = async (): Promise<Response> => {
      const group = { name: "second", deployments: deps.config.deployments };
      const wish = { ...wishFor("second"), group: "second" };
      const { deployments } = await deps.chooserFor(group, deps.config).peek(wish);
      inFlight.push(...deployments.map((one) => one.inFlight));
      return whole();
    };
    // Cohere's grammar has no word for several answers.
    const speechless = { model: "cohere_chat/command-r", max_parallel_requests: 1, ...PRICED };
    const { router_settings } = CHAIN;
    const config = {
      model_list: [model("gpt"), model("second", speechless), model("third")],
      router_settings,
    };
    const { fetch, asked: order } = vendors({ gpt: failing(500), third });
    const { deps, kept } = lineWith(fetch, config, { chooserFor: choosersOf(pools) });
    const { key } = await newKey();
    const body = {
      model: "gpt",
      max_tokens: 100,
      n: 2,
      messages: [{ role: "user", content: "Hi" }],
    };
    expect((await callOver(OPENAI, deps, { key, body })).status).toBe(200);
    expect(order).toEqual(["gpt", "third"]);
    expect(kept.settlements).toHaveLength(1);
    const reports = pools.seen.reports.filter(({ group }) => group === "second");
    expect(reports).toMatchObject([{ result: { kind: "unsent" } }]);
    expect(pools.seen.taken).toHaveLength(1);
    expect(inFlight).toContain(0);
    expect(inFlight).not.toContain(1);
  });

  it("is not answered for when the caller has left", async () => {
    const leaving = new AbortController();
    const { fetch, asked: order } = vendors({
      gpt: () => {
        leaving.abort();
        return failing(500)();
      },
      second: whole,
    });
    const { deps, kept } = lineWith(fetch, CHAIN);
    const { key } = await newKey();
    const body = { model: "gpt", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };
    await callOver(OPENAI, deps, { key, body, leaving: leaving.signal });
    expect(order).toEqual(["gpt"]);
    expect(kept.settlements).toHaveLength(1);
  });

  it("for want of a credential is answered for like one that fails", async () => {
    const bare = model("gpt", { model: "azure/gpt-4o", api_key: undefined, api_base: undefined });
    const { router_settings } = CHAIN;
    const config = { model_list: [bare, model("second"), model("third")], router_settings };
    const seen = await asked({ second: whole }, config);
    expect([seen.status, seen.order]).toEqual([200, ["second"]]);
  });
});

describe("which models are asked", () => {
  const { model_list } = CHAIN;
  const refusing = (code: string) => () => Response.json({ error: { code } }, { status: 400 });
  const tooLong = refusing("context_length_exceeded");
  const unfit = refusing("content_filter");

  it.each([
    ["a prompt that is too long", tooLong, ["gpt", "long", "second"]],
    ["a refusal for its content", unfit, ["gpt", "lenient", "second"]],
    ["anything else", failing(500), ["gpt", "second"]],
  ])("depends on what went wrong: %s", async (_what, answer, order) => {
    const config = {
      model_list,
      router_settings: {
        num_retries: 0,
        fallbacks: [{ gpt: ["second"] }],
        context_window_fallbacks: [{ gpt: ["long"] }],
        content_policy_fallbacks: [{ gpt: ["lenient"] }],
      },
    };
    const no = failing(500);
    const seen = await asked({ gpt: answer, long: no, lenient: no, second: whole }, config);
    expect([seen.status, seen.order]).toEqual([200, order]);
  });

  it("is bounded by max_fallbacks", async () => {
    const router_settings = { ...CHAIN.router_settings, max_fallbacks: 1 };
    const no = failing(500);
    const seen = await asked(
      { gpt: no, second: no, third: whole },
      { model_list, router_settings },
    );
    expect([seen.status, seen.order]).toEqual([502, ["gpt", "second"]]);
  });

  it("goes on to a fallback's own fallbacks before the rest, and to the defaults last", async () => {
    const router_settings = {
      num_retries: 0,
      fallbacks: [{ gpt: ["second", "third"] }, { second: ["long"] }],
      default_fallbacks: ["lenient"],
    };
    const no = failing(500);
    const hosts = { gpt: no, second: no, third: no, long: no, lenient: whole };
    const seen = await asked(hosts, { model_list, router_settings });
    expect(seen.order).toEqual(["gpt", "second", "long", "third", "lenient"]);
  });

  it("is the caller's to say, by public names", async () => {
    const body = { fallbacks: ["third", { model: "second" }] };
    const no = failing(500);
    const seen = await asked({ gpt: no, second: whole, third: no }, CHAIN, { body });
    expect(seen.order).toEqual(["gpt", "third", "second"]);
    for (const request of seen.requests) expect(await request.text()).not.toContain("fallbacks");
  });

  it("is none that nobody knows: such a name is passed over", async () => {
    const body = { fallbacks: ["https://evil.example/v1", "nobody", "third"] };
    const seen = await asked({ gpt: failing(500), third: whole }, CHAIN, { body });
    expect(seen.order).toEqual(["gpt", "third"]);
  });

  it("may be a name of the key's own", async () => {
    const body = { fallbacks: ["mine"] };
    const policy = { aliases: { mine: "third" } };
    const seen = await asked({ gpt: failing(500), third: whole }, CHAIN, { body, policy });
    expect(seen.order).toEqual(["gpt", "third"]);
    expect(seen.record).toMatchObject({ modelGroup: "mine", fallbackFrom: "gpt" });
  });

  it("is nobody where the caller wants no other model", async () => {
    const body = { disable_fallbacks: true };
    const seen = await asked({ gpt: failing(500), second: whole }, CHAIN, { body });
    expect([seen.status, seen.order]).toEqual([502, ["gpt"]]);
  });

  it("is nobody for an error of the request that no model would answer", async () => {
    const body = { messages: "not a list" };
    const seen = await asked({ gpt: whole, second: whole }, CHAIN, { body, route: ANTHROPIC });
    expect([seen.status, seen.order]).toEqual([400, []]);
  });
});

describe("a fallback and the rights and budgets of its key", () => {
  it("is passed over where the key may not use it", async () => {
    const policy = { models: ["gpt", "third"] };
    const hosts = { gpt: failing(500), second: whole, third: whole };
    const seen = await asked(hosts, CHAIN, { policy });
    expect(seen.order).toEqual(["gpt", "third"]);
    expect(seen.headers.get("x-litellm-attempted-fallbacks")).toBe("1");
  });

  it("is passed over where a limit for that model is reached", async () => {
    const { byModel } = modelLimits("second", { requestsPerMinute: 0 });
    const policy = { limits: { ...NO_LIMITS, byModel } };
    const hosts = { gpt: failing(500), second: whole, third: whole };
    expect((await asked(hosts, CHAIN, { policy })).order).toEqual(["gpt", "third"]);
  });

  const DEAR = { input_cost_per_token: 1e-3, output_cost_per_token: 1e-3 };
  const dearer = {
    model_list: [model("gpt"), model("second", DEAR), model("third")],
    router_settings: CHAIN.router_settings,
  };

  it("is passed over where no budget could pay it", async () => {
    const policy = { limits: budgetOf(50_000_000) };
    const hosts = { gpt: failing(500), second: whole, third: whole };
    const seen = await asked(hosts, dearer, { policy });
    expect(seen.order).toEqual(["gpt", "third"]);
  });

  it("is held for at its own price, and charged at it, once", async () => {
    const policy = { limits: budgetOf(10_000_000_000) };
    const seen = await asked({ gpt: failing(500), second: whole }, dearer, { policy });
    const [first = 0, second = 0] = seen.kept.holds;
    expect(second).toBeGreaterThan(10 * first);
    // 12 tokens at a tenth of a cent.
    expect(seen.record).toMatchObject({ costNanoUsd: 12_000_000 });
    expect(await standingOf(seen.caller)).toMatchObject({
      heldNanoUsd: 0,
      lifetimeNanoUsd: 12_000_000,
    });
  });
});

describe("a prompt that is known to be too long before it is sent", () => {
  const small = { max_input_tokens: 50 };
  const config = (router: object) => ({
    model_list: [model("gpt", {}, small), model("long"), model("second")],
    router_settings: {
      num_retries: 0,
      enable_pre_call_checks: true,
      fallbacks: [{ gpt: ["second"] }],
      ...router,
    },
  });
  const body = { messages: [{ role: "user", content: "a long prompt ".repeat(200) }] };

  it("goes to the model with the longer window, and the vendor is not asked", async () => {
    const given = config({ context_window_fallbacks: [{ gpt: ["long"] }] });
    const seen = await asked({ gpt: whole, long: whole }, given, { body });
    expect([seen.status, seen.order]).toEqual([200, ["long"]]);
    expect(seen.record).toMatchObject({ modelGroup: "long", fallbackFrom: "gpt", attempts: 1 });
  });

  it("goes to the one the caller names for that", async () => {
    const naming = { ...body, context_window_fallback_dict: { gpt: "long" } };
    const seen = await asked({ gpt: whole, long: whole }, config({}), { body: naming });
    expect([seen.status, seen.order]).toEqual([200, ["long"]]);
  });

  it("is refused where nobody may answer instead, and nothing is charged", async () => {
    const alone = { ...body, disable_fallbacks: true };
    const seen = await asked({ gpt: whole, second: whole }, config({}), { body: alone });
    expect([seen.status, seen.order]).toEqual([400, []]);
    expect(seen.record).toMatchObject({ errorCode: "context_length_exceeded", costNanoUsd: 0 });
  });
});
