import { describe, expect, it } from "vitest";
import { findGroup } from "../../src/core/plan.ts";
import { listModels } from "../../src/pipeline/list-models.ts";
import { rejectionOf } from "../core/thrown.ts";
import { newKey, MASTER_KEY, worldWith } from "./world.ts";

const model = (name: string, groups: string[] = []): object => ({
  model_name: name,
  litellm_params: { model: "openai/gpt-4.1", api_key: "sk" },
  model_info: { access_groups: groups },
});

const deps = worldWith({
  model_list: [model("gpt"), model("claude", ["beta"]), model("openai/mini"), model("gpt")],
  router_settings: {
    model_group_alias: { nick: "claude", secret: { model: "gpt", hidden: true } },
  },
});

const listFor = async (models: string[]): Promise<string[]> => {
  const { key } = await newKey({ models });
  return listModels(new Headers({ authorization: `Bearer ${key}` }), deps);
};

it("a hidden alias is served and shown in no list", () => {
  expect(findGroup("secret", deps.config)?.name).toBe("gpt");
});

describe("the models of a key", () => {
  it.each([
    ["an empty list", [], ["gpt", "claude", "openai/mini", "nick"]],
    ["names", ["gpt"], ["gpt"]],
    ["an access group", ["beta"], ["claude", "nick"]],
    ["a pattern", ["openai/*"], ["openai/mini"]],
    ["no model", ["no-default-models"], []],
  ])("by %s are each named once, aliases last", async (_what, models, expected) => {
    expect(await listFor(models)).toEqual(expected);
  });

  it("hold the key's own names for what it may use", async () => {
    const { key } = await newKey({ models: ["gpt"], aliases: { mine: "gpt", theirs: "claude" } });
    const headers = new Headers({ authorization: `Bearer ${key}` });
    expect(await listModels(headers, deps)).toEqual(["gpt", "mine"]);
  });

  it("of the administrator are all", async () => {
    const list = await listModels(new Headers({ authorization: MASTER_KEY }), deps);
    expect(list).toHaveLength(4);
  });

  it("of a blocked key are a secret", async () => {
    const { key } = await newKey({ blocked: true });
    const error = await rejectionOf(listModels(new Headers({ "x-api-key": key }), deps));
    expect(error.code).toBe("blocked");
  });
});
