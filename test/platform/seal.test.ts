import { describe, expect, it } from "vitest";
import { createSealer, isSealed, type Place } from "../../src/platform/seal.ts";

const PLACE: Place = { table: "models", row: "m1", field: "api_key" };
const CANARY = "sk-canary-of-the-seal-é漢";
const sealer = createSealer(["the key secret of this deployment"]);

describe("a sealed secret", () => {
  it("opens where it was sealed, and shows nothing of itself", async () => {
    const sealed = await sealer.seal(CANARY, PLACE);
    expect(isSealed(sealed)).toBe(true);
    expect(sealed).not.toContain("canary");
    expect(await sealer.open(sealed, PLACE)).toBe(CANARY);
  });

  it("is another text each time", async () => {
    expect(await sealer.seal(CANARY, PLACE)).not.toBe(await sealer.seal(CANARY, PLACE));
  });

  it.each<Partial<Place>>([{ row: "m2" }, { field: "azure_ad_token" }, { table: "credentials" }])(
    "does not open in another place: %j",
    async (elsewhere) => {
      const sealed = await sealer.seal(CANARY, PLACE);
      expect(await sealer.open(sealed, { ...PLACE, ...elsewhere })).toBeUndefined();
    },
  );

  it("does not open when the names of row and field run together alike", async () => {
    const sealed = await sealer.seal(CANARY, { ...PLACE, row: "a", field: "bc" });
    expect(await sealer.open(sealed, { ...PLACE, row: "ab", field: "c" })).toBeUndefined();
  });

  it("opens after the key secret was rotated, while the one before is known", async () => {
    const sealed = await sealer.seal(CANARY, PLACE);
    const rotated = createSealer(["a new key secret", "the key secret of this deployment"]);
    expect(await rotated.open(sealed, PLACE)).toBe(CANARY);
    expect(await createSealer(["a new key secret"]).open(sealed, PLACE)).toBeUndefined();
    expect(await sealer.open(await rotated.seal(CANARY, PLACE), PLACE)).toBeUndefined();
  });

  it("does not open when a character of it is changed, or when it is no seal at all", async () => {
    const sealed = await sealer.seal(CANARY, PLACE);
    const at = sealed.indexOf(".") + 3;
    const other = sealed[at] === "A" ? "B" : "A";
    const damaged = sealed.slice(0, at) + other + sealed.slice(at + 1);
    for (const text of [damaged, "sealed:v1:", "sealed:v1:!.!", "sealed:v2:AAAA.AAAA", CANARY]) {
      expect(await sealer.open(text, PLACE), text).toBeUndefined();
    }
  });
});
