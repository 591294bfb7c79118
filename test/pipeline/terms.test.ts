import { describe, expect, it } from "vitest";
import type { KeyPolicy } from "../../src/core/ledger/policy.ts";
import { createTermsMemory } from "../../src/pipeline/terms.ts";
import { objectIn } from "../core/parsed.ts";
import { callOver, lineWith } from "./line.ts";
import { choosersOf, freshPools } from "./pooled.ts";
import { answers, gptAt, newKey, OPENAI, vendors } from "./world.ts";

const BODY = { model: "gpt", max_tokens: 5, messages: [{ role: "user", content: "Hi" }] };
const { failing, whole } = answers;

const model = (name: string, parameters: object = {}): object => ({
  ...gptAt(name, parameters),
  model_name: name,
});

/** One call with a key of this policy. */
async function called(
  hosts: Parameters<typeof vendors>[0],
  config: object,
  policy: Partial<KeyPolicy>,
  body: object = {},
) {
  const { fetch, asked } = vendors(hosts);
  const { deps } = lineWith(fetch, config);
  const { key } = await newKey(policy);
  const told = await callOver(OPENAI, deps, { key, body: { ...BODY, ...body } });
  return { ...told, asked };
}

describe("router settings of a key", () => {
  const config = {
    model_list: [model("gpt"), model("second"), model("third")],
    router_settings: { num_retries: 2, fallbacks: [{ gpt: ["second"] }] },
  };

  it("say how often is tried again, and who is asked instead", async () => {
    const routerSettings = { num_retries: 0, fallbacks: [{ gpt: ["third"] }] };
    const hosts = { gpt: failing(500), third: whole };
    const seen = await called(hosts, config, { routerSettings });
    expect([seen.status, seen.asked]).toEqual([200, ["gpt", "third"]]);
  });

  it("lead to no model the key may not use", async () => {
    const routerSettings = { num_retries: 0, fallbacks: [{ gpt: ["third"] }] };
    const seen = await called({ gpt: failing(500) }, config, { routerSettings, models: ["gpt"] });
    expect([seen.status, seen.asked]).toEqual([502, ["gpt"]]);
  });

  it("give way to what the caller says", async () => {
    const routerSettings = { num_retries: 0, fallbacks: [{ gpt: ["third"] }] };
    const hosts = { gpt: failing(500), second: whole };
    const seen = await called(hosts, config, { routerSettings }, { fallbacks: ["second"] });
    expect(seen.asked).toEqual(["gpt", "second"]);
  });

  it("choose how a deployment is chosen", async () => {
    const two = { model_list: [gptAt("dear", { input_cost_per_token: 1e-4 }), gptAt("cheap")] };
    const pools = freshPools();
    const { fetch, asked } = vendors({ dear: whole, cheap: whole });
    const { deps } = lineWith(fetch, two, { chooserFor: choosersOf(pools) });
    const { key } = await newKey({ routerSettings: { routing_strategy: "cost-based-routing" } });
    for (let call = 0; call < 6; call += 1) await callOver(OPENAI, deps, { key, body: BODY });
    expect(asked).toEqual(Array.from({ length: 6 }, () => "cheap"));
  });
});

describe("tags of a key", () => {
  const config = {
    model_list: [gptAt("free", { tags: ["free"] }), gptAt("paid", { tags: ["paid"] })],
    router_settings: { enable_tag_filtering: true },
  };

  it("are known beforehand from the second call on, so both objects are asked at once", async () => {
    const pools = freshPools();
    const order: string[] = [];
    const watched = {
      ...pools,
      pool: (group: string) => {
        order.push("pool");
        return pools.pool(group);
      },
    };
    const { fetch, asked } = vendors({ paid: whole });
    const { deps } = lineWith(fetch, config, { chooserFor: choosersOf(watched) });
    const { account } = deps;
    deps.account = (id) => {
      const real = account(id);
      const reserve: typeof real.reserve = async (request) => {
        const reply = await real.reserve(request);
        order.push("admitted");
        return reply;
      };
      return { ...real, reserve };
    };
    const { key } = await newKey({ tags: ["paid"] });
    await callOver(OPENAI, deps, { key, body: BODY });
    expect(order.slice(0, 2)).toEqual(["admitted", "pool"]);
    order.length = 0;
    await callOver(OPENAI, deps, { key, body: BODY });
    expect(order.slice(0, 2)).toEqual(["pool", "admitted"]);
    expect(asked).toEqual(["paid", "paid"]);
  });
});

describe("the region a prompt may be read in", () => {
  const config = {
    model_list: [
      gptAt("there", { region_name: "us" }),
      gptAt("here", { region_name: "eu" }),
      gptAt("anywhere"),
    ],
  };
  const hosts = { there: whole, here: whole, anywhere: whole };

  it("is the key's", async () => {
    const routerSettings = { allowed_model_region: "eu" };
    for (let call = 0; call < 4; call += 1) {
      expect((await called(hosts, config, { routerSettings })).asked).toEqual(["here"]);
    }
  });

  it("is the caller's, which no vendor is told", async () => {
    const { fetch, asked, requests } = vendors(hosts);
    const { deps } = lineWith(fetch, config);
    const { key } = await newKey();
    const body = { ...BODY, allowed_model_region: "us" };
    expect((await callOver(OPENAI, deps, { key, body })).status).toBe(200);
    expect(asked).toEqual(["there"]);
    expect(JSON.stringify(requests)).not.toContain("allowed_model_region");
  });

  it("is nowhere when they contradict each other", async () => {
    const routerSettings = { allowed_model_region: "eu" };
    const body = { allowed_model_region: "us" };
    const seen = await called(hosts, config, { routerSettings }, body);
    expect([seen.status, seen.asked]).toEqual([403, []]);
    expect(seen.text).toContain("allowed_model_region is eu and us");
  });

  it("has to be one there is", async () => {
    const seen = await called(hosts, config, {}, { allowed_model_region: "mars" });
    expect(seen.status).toBe(400);
    expect(objectIn(seen.text).error).toMatchObject({ param: "allowed_model_region" });
  });

  it("lets another model answer that is there", async () => {
    const two = {
      model_list: [model("gpt", { region_name: "us" }), model("second", { region_name: "eu" })],
      router_settings: { fallbacks: [{ gpt: ["second"] }] },
    };
    const routerSettings = { allowed_model_region: "eu" };
    const seen = await called({ gpt: whole, second: whole }, two, { routerSettings });
    expect([seen.status, seen.asked]).toEqual([200, ["second"]]);
  });
});

describe("what is remembered of accounts", () => {
  it("is by key and by whom it calls for, the latest word last", () => {
    const memory = createTermsMemory();
    memory.learn("key", null, { tags: ["a"], regions: [] });
    memory.learn("key", "bob", { tags: ["a"], regions: ["eu"] });
    memory.learn("key", null, { tags: ["b"], regions: [] });
    expect(memory.find("key", null)).toMatchObject({ tags: ["b"], regions: [] });
    expect(memory.find("key", "bob")).toMatchObject({ tags: ["a"], regions: ["eu"] });
    expect(memory.find("other", null)).toBeUndefined();
  });

  it("is forgotten before it becomes too much", () => {
    const memory = createTermsMemory();
    for (let one = 0; one < 2_001; one += 1)
      memory.learn(`k${one}`, null, { tags: [], regions: [] });
    expect(memory.find("k0", null)).toBeUndefined();
    expect(memory.find("k2000", null)).toBeDefined();
  });
});
