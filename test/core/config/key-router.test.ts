import { describe, expect, it } from "vitest";
import { ownRouterSettings } from "../../../src/core/config/key-router.ts";
import type { GatewayConfig } from "../../../src/core/config/deployment.ts";
import { loadConfig } from "../../../src/core/config/load.ts";
import type { JsonObject } from "../../../src/core/json.ts";

const entry = (name: string) => ({
  model_name: name,
  litellm_params: { model: "openai/gpt-4o-mini", api_key: "sk-of-the-vendor" },
});

function configOf(router_settings: object): GatewayConfig {
  const model_list = ["gpt", "second", "third"].map(entry);
  const loaded = loadConfig({ model_list, router_settings }, "v", {});
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

const CONFIG = configOf({
  num_retries: 5,
  timeout: 30,
  routing_groups: [{ models: ["gpt"], routing_strategy: "least-busy" }],
  fallbacks: [{ gpt: ["second"] }],
  cooldown_time: 7,
});

const read = (own: JsonObject, config = CONFIG) => config.routerFor(own);

describe("router settings of a key", () => {
  it("come in place of the file's, which stand where the key says nothing", () => {
    const { router, problems } = read({ num_retries: 0, fallbacks: [{ gpt: ["third"] }] });
    expect(problems).toEqual([]);
    expect(router).toMatchObject({ retriesMax: 0, timeoutMs: 30_000, cooldownMs: 7_000 });
    expect(router.fallbacks.general).toEqual(new Map([["gpt", ["third"]]]));
  });

  it("choose a strategy for every model, whatever the file says of single ones", () => {
    const { router } = read({ routing_strategy: "cost-based-routing" });
    expect([router.strategy, router.groupStrategies.size]).toEqual(["cost-based-routing", 0]);
    expect(read({ num_retries: 1 }).router.groupStrategies).toEqual(CONFIG.router.groupStrategies);
  });

  it("say what is wrong with them, by its path", () => {
    const pathsOf = (own: JsonObject) => read(own).problems.map(({ path }) => path);
    expect(pathsOf({ fallbacks: [{ gpt: ["nobody"] }] })).toEqual([
      "router_settings.fallbacks[0].gpt[0]",
    ]);
    expect(pathsOf({ fallbacks: [{ gpt: ["second"] }, { second: ["gpt"] }] })).toEqual([
      "router_settings.fallbacks[1].second[0]",
    ]);
    expect(pathsOf({ num_retries: -1 })).toEqual(["router_settings.num_retries"]);
    expect(pathsOf({ routing_strategy: "by-mood" })).toEqual(["router_settings.routing_strategy"]);
    expect(pathsOf({ allowed_model_region: "moon" })).toEqual([
      "router_settings.allowed_model_region",
    ]);
  });

  it("that make no sense any more leave the file's", () => {
    expect(read({ num_retries: "many" }).router).toBe(CONFIG.router);
  });

  it("are read once", () => {
    expect(read({ timeout: 3 })).toBe(read({ timeout: 3 }));
  });
});

describe("what of them is a key's own", () => {
  it("is what is decided call by call", () => {
    const written = { num_retries: 1, timeout: null, cooldown_time: 60, allowed_fails: 3 };
    expect(ownRouterSettings(written)).toEqual({ num_retries: 1 });
  });

  it("is nothing where nothing was written", () => {
    const nothing = [undefined, null, {}, { timeout: null }, "text"];
    expect(nothing.map(ownRouterSettings)).toEqual(nothing.map(() => undefined));
  });
});
