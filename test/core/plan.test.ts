import { describe, expect, it } from "vitest";
import { findGroup } from "../../src/core/plan.ts";
import { loaded } from "./config/sample.ts";

describe("a model's name", () => {
  const config = loaded({
    model_list: [{ model_name: "m", litellm_params: { model: "openai/gpt-4.1", api_key: "sk" } }],
    router_settings: { model_group_alias: { nick: "m" } },
  });

  it("finds its group, by itself and by an alias", () => {
    expect(findGroup("m", config)?.name).toBe("m");
    expect(findGroup("nick", config)?.name).toBe("m");
  });

  it.each(["M", "m ", "", "__proto__", "constructor"])(
    "that nobody serves finds none (%j)",
    (name) => {
      expect(findGroup(name, config)).toBeUndefined();
    },
  );
});
