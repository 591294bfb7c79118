import { describe, expect, it } from "vitest";
import {
  accountIdOf,
  createKeySigner,
  hashKey,
  isKeyHash,
  KEY_PATTERN,
  maskKey,
  mintKey,
  readKey,
} from "../../src/core/key-format.ts";

const signer = createKeySigner("a deployment's key secret");
const account = await accountIdOf({ teamId: "core", userId: null });

describe("a native key", () => {
  it("names its account", async () => {
    const key = await mintKey(account, signer);
    expect(key).toMatch(/^sk-sekisho-[0-9A-Za-z]{75}$/);
    expect(await readKey(key, signer)).toEqual({ accountId: account });
  });

  it("is never minted twice", async () => {
    const keys = await Promise.all(Array.from({ length: 100 }, () => mintKey(account, signer)));
    expect(new Set(keys).size).toBe(100);
  });

  it("is refused when any single character was changed", async () => {
    const key = await mintKey(account, signer);
    for (let at = "sk-sekisho-".length; at < key.length; at += 1) {
      const forged = key.slice(0, at) + (key[at] === "A" ? "B" : "A") + key.slice(at + 1);
      expect(await readKey(forged, signer), `character ${at}`).toBeUndefined();
    }
  });

  it("is refused by a deployment with another secret", async () => {
    const key = await mintKey(account, signer);
    expect(await readKey(key, createKeySigner("another secret"))).toBeUndefined();
  });

  it.each(["", "sk-1234", "sk-sekisho-", `sk-sekisho-${"!".repeat(75)}`, "sk-sekisho-é"])(
    "is not %j",
    async (text) => {
      expect(await readKey(text, signer)).toBeUndefined();
    },
  );

  it("is turned away by its shape before any cryptography runs", async () => {
    const asked = () => Promise.reject(new Error("the signer was asked"));
    const untouched = { check: asked, derive: asked };
    expect(await readKey(`sk-sekisho-${"a".repeat(74)}`, untouched)).toBeUndefined();
    expect(await readKey(`sk-sekisho-${"a".repeat(74)}-`, untouched)).toBeUndefined();
  });

  it("is found by secret scanners inside other text", async () => {
    const key = await mintKey(account, signer);
    expect(KEY_PATTERN.exec(`OPENAI_API_KEY="${key}"\n`)?.[0]).toBe(key);
    expect(KEY_PATTERN.test(`sk-sekisho-${"a".repeat(40)}`)).toBe(false);
  });
});

it("hashes a key as LiteLLM does, prefix included", async () => {
  // sha256sum of "sk-1234", as it stands in every LiteLLM database made from its documentation.
  expect(await hashKey("sk-1234")).toBe(
    "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
  );
  expect(isKeyHash(await hashKey("sk-1234"))).toBe(true);
  expect(isKeyHash("sk-1234")).toBe(false);
});

it("shows no more of a key than its last four characters", () => {
  expect(maskKey("sk-abcdefghijklW8TA")).toBe("sk-...W8TA");
});

describe("accountIdOf", () => {
  it("puts all keys of a team in one account, whoever uses them", async () => {
    const other = await accountIdOf({ teamId: "core", userId: "u1" });
    expect(other).toBe(account);
    expect(account).toMatch(/^[0-9A-Za-z]{20}$/);
  });

  it("keeps a person apart from a team of the same name", async () => {
    const person = await accountIdOf({ teamId: null, userId: "core" });
    expect(person).toBe(await accountIdOf({ teamId: null, userId: "core" }));
    expect(person).not.toBe(account);
  });

  it("gives every key of nobody an account of its own", async () => {
    const nobody = { teamId: null, userId: null };
    expect(await accountIdOf(nobody)).not.toBe(await accountIdOf(nobody));
  });
});
