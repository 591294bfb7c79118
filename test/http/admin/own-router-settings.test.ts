import { describe, expect, it } from "vitest";
import { loaded } from "../../core/config/sample.ts";
import { createAdmin } from "./admin.ts";

const model_list = ["gpt", "spare"].map((name) => ({
  model_name: name,
  litellm_params: { model: "openai/gpt-4o-mini", api_key: "sk-of-the-vendor" },
}));

const { generate, get, post } = createAdmin({ config: loaded({ model_list }) });

/** As LiteLLM's dashboard sends them: everything, and most of it null. */
const SOUND = {
  num_retries: 1,
  fallbacks: [{ gpt: ["spare"] }],
  timeout: null,
  cooldown_time: 5,
  model_group_alias: { nick: "gpt" },
};

const UNSOUND: [string, object, string][] = [
  ["a fallback nobody serves", { fallbacks: [{ gpt: ["nobody"] }] }, 'leads to "nobody"'],
  [
    "a circle",
    { fallbacks: [{ gpt: ["spare"] }, { spare: ["gpt"] }] },
    "leads back to where it began",
  ],
  ["a word nobody knows", { num_tries: 3 }, "router_settings.num_tries: is no such setting"],
  ["a strategy that is none", { routing_strategy: "by-mood" }, "must be one of"],
];

describe("router settings of a key", () => {
  it("are kept and shown as they were written", async () => {
    const { hash } = await generate({ router_settings: SOUND });
    const { body } = await get(`/key/info?key=${hash}`);
    expect(body["info"]).toMatchObject({ router_settings: SOUND });
  });

  it.each(UNSOUND)("are refused with %s", async (_what, router_settings, words) => {
    const made = await post("/key/generate", { router_settings });
    expect(made).toMatchObject({ status: 400, body: { error: { param: "router_settings" } } });
    expect(JSON.stringify(made.body)).toContain(JSON.stringify(words).slice(1, -1));
    const { hash } = await generate({});
    expect((await post("/key/update", { key: hash, router_settings })).status).toBe(400);
  });

  it("stand in nobody's way when the model they name is gone", async () => {
    const { hash } = await generate({ router_settings: SOUND });
    const later = createAdmin({ config: loaded({ model_list: model_list.slice(0, 1) }) });
    const renamed = await later.post("/key/update", { key: hash, key_alias: "still-here" });
    expect(renamed.status).toBe(200);
  });
});

describe("router settings of a team", () => {
  it.each(UNSOUND)("are refused with %s", async (_what, router_settings) => {
    expect((await post("/team/new", { router_settings })).status).toBe(400);
    const { body } = await post("/team/new", { team_alias: crypto.randomUUID() });
    const changed = await post("/team/update", { team_id: body["team_id"], router_settings });
    expect(changed.status).toBe(400);
  });
});
