import { describe, expect, it } from "vitest";
import {
  withRuntimeParts,
  type RuntimeModel,
  type RuntimeParts,
} from "../../../src/core/config/runtime-parts.ts";
import { findGroup } from "../../../src/core/plan.ts";
import { loaded } from "./sample.ts";

const FILE = {
  model_list: [
    {
      model_name: "gpt",
      litellm_params: { model: "openai/gpt-4.1", api_key: "k" },
      model_info: { id: "in-file" },
    },
  ],
  router_settings: { model_group_alias: { smart: "gpt" } },
  credential_list: [{ credential_name: "shared", credential_values: { api_key: "of the file" } }],
  litellm_settings: { drop_params: true },
};
const NOTHING: RuntimeParts = { models: [], credentials: [], modelFacts: undefined };

function combine(parts: Partial<RuntimeParts>, variables: Record<string, string> = {}) {
  const source = { raw: FILE, variables, config: loaded(FILE, variables) };
  return withRuntimeParts(source, { ...NOTHING, ...parts }, "v2");
}

function model(changes: Partial<RuntimeModel> = {}): RuntimeModel {
  return {
    id: "added",
    name: "gpt",
    params: { model: "openai/gpt-4.1-mini", api_key: "k2" },
    info: {},
    ...changes,
  };
}

const problemsWith = (one: RuntimeModel) =>
  combine({ models: [one] }).left.flatMap((all) =>
    all.problems.map(({ path, message }) => `${path}: ${message}`),
  );

describe("models added beside the file", () => {
  it("join the group of their name, under the file's settings", () => {
    const { config, left } = combine({ models: [model()] });
    expect(left).toEqual([]);
    expect(config.version).toBe("v2");
    expect(config.groups.get("gpt")?.map((one) => one.id)).toEqual(["in-file", "added"]);
    expect(config.groups.get("gpt")?.map((one) => one.stored === true)).toEqual([false, true]);
    expect(config.groups.get("gpt")?.[1]?.dropParams).toBe(true);
    expect(config.aliases.get("smart")).toBe("gpt");
  });

  it("take the place of the file's entry whose id they have", () => {
    const { config } = combine({ models: [model({ id: "in-file", name: "renamed" })] });
    expect([...config.groups.keys()]).toEqual(["renamed"]);
    expect(config.deployments).toHaveLength(1);
  });

  it("refer to credentials that were added, before those of the file", () => {
    const named = model({
      params: { model: "openai/gpt-4.1", litellm_credential_name: "shared" },
    });
    const own = { name: "shared", values: { api_key: "added" } };
    const keyOf = (parts: Partial<RuntimeParts>) =>
      combine(parts).config.groups.get("gpt")?.[1]?.connection.api_key;
    expect(keyOf({ models: [named] })).toBe("of the file");
    expect(keyOf({ models: [named], credentials: [own] })).toBe("added");
  });

  it("are told of by the file's rules, with paths that begin at them", () => {
    expect(problemsWith(model({ params: { model: "nobody/model" } }))).toEqual([
      expect.stringMatching(
        /^litellm_params\.model: "nobody" is no provider of this gateway; known/,
      ),
    ]);
    expect(problemsWith(model({ params: { model: "openai/gpt-4.1", rpm: -1 } }))).toEqual([
      "litellm_params.rpm: must be a whole number, 1 or more",
    ]);
    expect(
      problemsWith(model({ params: { model: "openai/x", litellm_credential_name: "lost" } })),
    ).toEqual(['litellm_params.litellm_credential_name: "lost" is not in credential_list']);
    expect(problemsWith(model({ name: "smart" }))).toEqual([
      expect.stringMatching(/^model_name: "smart" is an alias/),
    ]);
    expect(
      problemsWith(model({ params: { model: "openai/x", api_base: "http://169.254.169.254" } })),
    ).toEqual([expect.stringMatching(/^litellm_params\.api_base: must not point/)]);
  });

  it("that are wrong do not stop the others", () => {
    const { config, left } = combine({
      models: [
        model({ id: "a" }),
        model({ id: "b", params: { model: "nobody/model" } }),
        model({ id: "c", params: { model: "openai/x", api_base: "http://10.0.0.1" } }),
        model({ id: "d", info: { max_output_tokens: "many" } }),
        model({ id: "e" }),
      ],
    });
    expect(config.groups.get("gpt")?.map((one) => one.id)).toEqual(["in-file", "a", "e"]);
    expect(left.map((one) => one.id).toSorted()).toEqual(["b", "c", "d"]);
  });

  it("cannot refer to the gateway's own secrets", () => {
    const secrets = { LITELLM_MASTER_KEY: "sk-master", SEKISHO_KEY_SECRET: "s".repeat(40) };
    for (const name of Object.keys(secrets)) {
      const thief = model({
        params: {
          model: "openai/x",
          api_base: "https://evil.example",
          api_key: `os.environ/${name}`,
        },
      });
      const { config, left } = combine({ models: [thief] }, secrets);
      expect(left[0]?.problems[0]?.path).toBe("litellm_params.api_key");
      expect(JSON.stringify([...config.deployments])).not.toContain(secrets.LITELLM_MASTER_KEY);
    }
    const values = { api_key: "os.environ/LITELLM_MASTER_KEY" };
    const indirect = combine(
      {
        models: [model({ params: { model: "openai/x", litellm_credential_name: "c" } })],
        credentials: [{ name: "c", values }],
      },
      secrets,
    );
    expect(indirect.config.groups.get("gpt")?.[1]?.connection.api_key).toBeUndefined();
  });

  it("are priced and described like the file's", () => {
    const { config, warnings } = combine({
      models: [
        model({
          params: { model: "openai/nobody-knows", input_cost_per_token: 1e-6, itpm: 3 },
          info: { base_model: "gpt-4.1", access_groups: ["beta"], max_output_tokens: 77 },
        }),
      ],
    });
    const [, added] = config.groups.get("gpt") ?? [];
    expect(added).toMatchObject({ accessGroups: ["beta"], baseModel: "gpt-4.1" });
    expect(added?.facts.capabilities.maxOutputTokens).toBe(77);
    expect(warnings.get("added")).toEqual([
      { path: "litellm_params.itpm", message: "not supported yet: itpm" },
    ]);
  });
});

describe("wildcards added beside the file", () => {
  const star = (changes: Partial<RuntimeModel> = {}) =>
    model({ name: "openai/*", params: { model: "openai/*", api_key: "k3" }, ...changes });
  const found = (name: string, parts: Partial<RuntimeParts>) =>
    findGroup(name, combine(parts).config)?.deployments ?? [];

  it("serve every name that fits, under the facts that were said", () => {
    const modelFacts = { models: [{ match: "gpt-4.1*", max_output_tokens: 123 }] };
    const [one] = found("openai/gpt-4.1-nano", { models: [star()], modelFacts });
    expect(one).toMatchObject({ id: "added", model: "gpt-4.1-nano", stored: true });
    expect(one?.facts.capabilities.maxOutputTokens).toBe(123);
  });

  it("give the same list for the same name, so that what was learned of it is found again", () => {
    const modelFacts = { models: [{ match: "gpt-4.1*", max_output_tokens: 123 }] };
    const { config } = combine({ models: [star(), star({ id: "second" })], modelFacts });
    const list = findGroup("openai/gpt-4.1", config)?.deployments;
    expect(list).toHaveLength(2);
    expect(findGroup("openai/gpt-4.1", config)?.deployments).toBe(list);
  });

  it("may take the provider from the caller's word", () => {
    const all = star({ name: "*", params: { model: "*" } });
    expect(found("anthropic/claude-sonnet-4-5", { models: [all] })[0]?.provider).toBe("anthropic");
  });

  it("point where models may point", () => {
    const thief = star({ params: { model: "openai/*", api_base: "http://169.254.169.254" } });
    expect(problemsWith(thief)).toEqual([expect.stringMatching(/^litellm_params\.api_base/)]);
    expect(problemsWith(star({ params: { model: "nobody/*" } }))).toEqual([
      expect.stringContaining('"nobody" is no provider'),
    ]);
  });
});

describe("facts about models said beside the file", () => {
  it("are laid over those of file and models alike", () => {
    const facts = { models: [{ match: "gpt-4.1*", max_output_tokens: 123 }] };
    const { config } = combine({ models: [model()], modelFacts: facts });
    for (const one of config.deployments) {
      expect(one.facts.capabilities.maxOutputTokens).toBe(123);
    }
  });

  it("that are wrong are left out, and nothing else is", () => {
    const { config, left } = combine({ models: [model()], modelFacts: { models: 3 } });
    expect(left).toMatchObject([{ part: "model_facts", problems: [{ path: "models" }] }]);
    expect(config.deployments).toHaveLength(2);
  });
});
