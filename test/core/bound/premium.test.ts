import { describe, expect, test } from "vitest";
import { refusePremium } from "../../../src/core/bound/premium.ts";

describe("refusePremium", () => {
  test.each([
    ["service_tier", "priority"],
    ["serviceTier", "SERVICE_TIER_PRIORITY"],
    ["speed", "fast"],
    ["inference_geo", "us"],
  ])("refuses %s: %s and names the field", (name, value) => {
    expect(() => refusePremium({ [name]: value })).toThrow(new RegExp(`^${name}: `));
  });

  test.each([
    ["service_tier", "auto"],
    ["service_tier", "default"],
    ["service_tier", "flex"],
    ["service_tier", 7],
    ["speed", "standard"],
    ["inference_geo", "global"],
  ])("lets %s: %s through", (name, value) => {
    expect(() => refusePremium({ [name]: value })).not.toThrow();
  });
});
