import { expect, it } from "vitest";
import { createCooldowns } from "../../src/pipeline/cooldowns.ts";

it("a deployment rests until the latest time anybody asked for", () => {
  const cooldowns = createCooldowns();
  expect(cooldowns.restsUntilMs("a")).toBe(0);
  cooldowns.rest("a", 500);
  cooldowns.rest("a", 200);
  expect(cooldowns.restsUntilMs("a")).toBe(500);
  expect(cooldowns.restsUntilMs("b")).toBe(0);
});
