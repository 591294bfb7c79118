import { describe, expect, it } from "vitest";
import { createKeySigner } from "../../src/core/key-format.ts";
import {
  openResponseId,
  sealResponseId,
  type KeptResponse,
  type ResponseOwner,
} from "../../src/core/response-id.ts";

const signer = createKeySigner("a deployment's key secret");
const kept: KeptResponse = {
  vendorAccount: "Ab3dEf6hIj9l",
  id: "resp_67cb32528d6881909eb2859a55e18a85",
  deploymentId: "0f1e2d3c4b5a69",
};
const hers: ResponseOwner = { accountId: "Q7w", userId: "hanako" };

describe("the id of a kept response", () => {
  it("looks like OpenAI's, fits into a URL, and is the same every time", async () => {
    const sealed = await sealResponseId(kept, hers, signer);
    expect(sealed).toMatch(/^resp_[A-Za-z0-9_-]+$/);
    expect(sealed).not.toContain(kept.id);
    expect(await sealResponseId(kept, hers, signer)).toBe(sealed);
  });

  it.each(["0f1e2d3c4b5a69", "my.deployment.eu", "東京 1/2?#", "", "a\nb", "\ufeffmark"])(
    "says to its owner where the response lies (%j)",
    async (deploymentId) => {
      const place = { ...kept, deploymentId };
      const sealed = await sealResponseId(place, hers, signer);
      expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(await openResponseId(sealed, hers, signer)).toEqual(place);
    },
  );

  it.each<[string, ResponseOwner]>([
    ["another account", { ...hers, accountId: "Q7x" }],
    ["another person of the account", { ...hers, userId: "taro" }],
    ["nobody of the account", { ...hers, userId: null }],
    ["a person called null", { ...hers, userId: "null" }],
    ["one whose names join to the same text", { accountId: 'Q7w","hanako', userId: "" }],
  ])("says nothing to %s", async (_, other) => {
    const sealed = await sealResponseId(kept, hers, signer);
    expect(await openResponseId(sealed, other, signer)).toBeUndefined();
  });

  it("says nothing when any character was changed, or with another secret", async () => {
    const sealed = await sealResponseId(kept, hers, signer);
    for (let at = 0; at < sealed.length; at += 1) {
      const forged = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
      expect(await openResponseId(forged, hers, signer), `character ${at}`).toBeUndefined();
    }
    expect(await openResponseId(sealed, hers, createKeySigner("another"))).toBeUndefined();
  });

  it.each([
    "",
    "resp_",
    "resp_1",
    "resp_sk",
    "resp_skAAAAAAAAAAAA",
    "resp_skAAAAAAAAAAAA_",
    "%",
    kept.id,
  ])("is not %j", async (text) => {
    expect(await openResponseId(text, hers, signer)).toBeUndefined();
  });

  it.each(["../models", "a.b", "a/b", "resp_1?x=1", ""])(
    "is not made of what no vendor would call a response (%j)",
    async (id) => {
      expect(await sealResponseId({ ...kept, id }, hers, signer)).toBe(id);
    },
  );
});
