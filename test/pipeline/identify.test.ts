import { beforeAll, describe, expect, it } from "vitest";
import { hashKey } from "../../src/core/key-format.ts";
import { identify, MASTER_CALLER } from "../../src/pipeline/identify.ts";
import { rejectionOf } from "../core/thrown.ts";
import { MASTER_KEY, newKey, threeGpts, worldWith } from "./world.ts";

const deps = worldWith(threeGpts());
let mine: Awaited<ReturnType<typeof newKey>>;

beforeAll(async () => {
  mine = await newKey();
});

const whose = (headers: Record<string, string>, world = deps) =>
  identify(new Headers(headers), world);

describe("a key", () => {
  it.each([
    "authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "x-litellm-api-key",
    "ocp-apim-subscription-key",
  ])("is found in %s, with and without Bearer", async (header) => {
    const { key, accountId, keyHash } = mine;
    for (const value of [key, `Bearer ${key}`, `bearer  ${key} `]) {
      expect(await whose({ [header]: value })).toEqual({ accountId, keyHash });
    }
  });

  it("is found beside a placeholder in another header", async () => {
    const { key, accountId } = mine;
    expect(await whose({ authorization: "Bearer dummy", "x-api-key": key })).toMatchObject({
      accountId,
    });
  });

  it("in the gateway's own header wins over a vendor's key beside it", async () => {
    const { key, accountId } = mine;
    const headers = { authorization: "Bearer sk-ant-oat01-x", "x-litellm-api-key": key };
    expect(await whose(headers)).toMatchObject({ accountId });
  });

  it("is found in the header the operator chose, before all others", async () => {
    const custom = worldWith({
      ...threeGpts(),
      general_settings: { litellm_key_header_name: "X-Team-Key" },
    });
    const headers = { "x-team-key": mine.key, authorization: "Bearer sk-other" };
    expect(await whose(headers, custom)).toMatchObject({ accountId: mine.accountId });
  });

  it("that is native costs no lookup, and a forged one neither", async () => {
    const { key } = mine;
    const forged = key.slice(0, -1) + (key.endsWith("0") ? "1" : "0");
    const world = worldWith(threeGpts(), undefined, {
      findAccountOfKey: () => Promise.reject(new Error("looked up")),
      account: () => {
        throw new Error("woken");
      },
    });
    expect(await whose({ authorization: key }, world)).toMatchObject({ accountId: mine.accountId });
    const error = await rejectionOf(whose({ authorization: forged }, world));
    expect(error.code).toBe("invalid_key");
    expect(error.message).not.toContain(forged.slice(0, -4));
    expect(error.message).toContain(`sk-...${forged.slice(-4)}`);
  });

  it("that is imported is looked up by its hash", async () => {
    const hash = await hashKey("sk-imported");
    const world = worldWith(threeGpts(), undefined, {
      findAccountOfKey: async (asked) => (asked === hash ? "team-account" : undefined),
    });
    const caller = await whose({ authorization: "Bearer sk-imported" }, world);
    expect(caller).toEqual({ accountId: "team-account", keyHash: hash });
    const error = await rejectionOf(whose({ authorization: "Bearer sk-unknown" }, world));
    expect(error.code).toBe("invalid_key");
  });

  it("that is the master key calls on an account of its own", async () => {
    expect(await whose({ authorization: `Bearer ${MASTER_KEY}` })).toEqual(MASTER_CALLER);
  });

  it("that does not start with sk- is refused and not repeated", async () => {
    const error = await rejectionOf(whose({ authorization: "Bearer my-secret-password" }));
    expect(error.code).toBe("invalid_key");
    expect(error.message).not.toContain("password");
  });
});

it.each<Record<string, string>>([
  {},
  { authorization: "" },
  { authorization: "   ", "x-api-key": "" },
])("no key at all is told how to send one (%o)", async (headers) => {
  const error = await rejectionOf(whose(headers));
  expect(error.code).toBe("missing_key");
  expect(error.message).toContain("Authorization: Bearer");
});
