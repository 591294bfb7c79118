import { describe, expect, it } from "vitest";
import type { KeyPolicy } from "../../src/core/ledger/policy.ts";
import { callOver, lineWith } from "./line.ts";
import { answers, callIn, gptAt, newKey, OPENAI, vendors, worldWith } from "./world.ts";

const model = (name: string): object => ({ ...gptAt(name), model_name: name });

const TESTED = {
  model_list: ["gpt", "newer", "other"].map(model),
  router_settings: { num_retries: 0 },
  sekisho_settings: {
    experiments: [
      {
        name: "try",
        model: "gpt",
        variants: [
          { name: "none", model: "other", percent: 0 },
          { name: "all", model: "newer", percent: 100 },
        ],
      },
    ],
  },
};

const WORDS = { model: "gpt", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };

async function asked(
  hosts: Parameters<typeof vendors>[0],
  policy: Partial<KeyPolicy>,
  body: object = {},
  config: object = TESTED,
) {
  const { fetch, asked: order } = vendors(hosts);
  const { deps, kept } = lineWith(fetch, config);
  const { key } = await newKey(policy);
  const told = await callOver(OPENAI, deps, { key, body: { ...WORDS, ...body } });
  return { status: told.status, order, record: kept.settlements[0]?.record };
}

describe("a model under test", () => {
  it("is served by a variant its key could not ask for by name, and the record says so", async () => {
    const seen = await asked({ newer: answers.whole }, { models: ["gpt"] });
    expect([seen.status, seen.order]).toEqual([200, ["newer"]]);
    expect(seen.record).toMatchObject({ modelGroup: "gpt", deploymentId: "newer" });
    expect(seen.record?.tags).toContain("experiment:try=all");
  });

  it("opens no further model to a key: what its variant falls back to has to be allowed", async () => {
    const hosts = { newer: answers.failing(500), other: answers.whole };
    const body = { fallbacks: ["other"] };
    const closed = await asked(hosts, { models: ["gpt"] }, body);
    expect([closed.status, closed.order]).toEqual([502, ["newer"]]);
    const open = await asked(hosts, { models: ["gpt", "other"] }, body);
    expect([open.status, open.order]).toEqual([200, ["newer", "other"]]);
  });

  it.each([
    ["by a pattern", { models: ["gp*"] }],
    ["by an access group", { models: ["beta"] }],
    ["under a name of the key's own", { models: ["gpt"], aliases: { mine: "gpt" } }],
  ])("is open to who may use it %s", async (_what, policy: Partial<KeyPolicy>) => {
    const [gpt, ...others] = TESTED.model_list;
    const grouped = { ...gpt, model_info: { id: "gpt", access_groups: ["beta"] } };
    const config = { ...TESTED, model_list: [grouped, ...others] };
    const body = { model: policy.aliases === undefined ? "gpt" : "mine" };
    const seen = await asked({ newer: answers.whole }, policy, body, config);
    expect([seen.status, seen.order]).toEqual([200, ["newer"]]);
    expect(seen.record?.tags).toContain("experiment:try=all");
  });

  it("is closed to who may use its variant alone", async () => {
    const seen = await asked({ newer: answers.whole }, { models: ["newer"] });
    expect([seen.status, seen.order]).toEqual([403, []]);
  });

  it("whose name stands for another with this key is that, and no test", async () => {
    const policy = { models: ["gpt", "other"], aliases: { gpt: "other" } };
    const seen = await asked({ other: answers.whole }, policy);
    expect([seen.status, seen.order]).toEqual([200, ["other"]]);
    expect(seen.record?.tags).toEqual([]);
  });

  it("has its variants told apart by the gateway alone", async () => {
    const forged = { metadata: { tags: ["experiment:try=none", "experiment:theirs=a"] } };
    const seen = await asked({ newer: answers.whole }, {}, forged);
    expect(seen.record?.tags).toEqual(["experiment:theirs=a", "experiment:try=all"]);
  });

  it("is found where deployments are chosen by tags", async () => {
    const router_settings = { ...TESTED.router_settings, enable_tag_filtering: true };
    const model_list = ["gpt", "newer", "other"].map((name) => ({
      ...gptAt(name, { tags: ["paid"] }),
      model_name: name,
    }));
    const config = { ...TESTED, model_list, router_settings };
    const body = { metadata: { tags: ["paid"] } };
    const seen = await asked({ newer: answers.whole }, {}, body, config);
    expect([seen.status, seen.order]).toEqual([200, ["newer"]]);
  });

  it("is served itself when the variant's model has gone meanwhile", async () => {
    const deps = worldWith(TESTED);
    const { groups } = deps.config;
    deps.config = {
      ...deps.config,
      groups: new Map([...groups].filter(([name]) => name !== "newer")),
    };
    const call = await callIn(deps);
    expect([call.group.name, call.testedModel]).toEqual(["gpt", undefined]);
    expect(call.attribution.tags).toEqual([]);
  });
});
