import { describe, expect, it } from "vitest";
import type { Issuer, Proof } from "../../src/core/chat.ts";
import { unwrapProof, withAccount, wrapProof } from "../../src/dialects/proof-envelope.ts";

const issuers: Issuer[] = ["anthropic", "google", "openai"];
const kinds: Proof["kind"][] = ["signature", "encrypted", "redacted"];

describe("the proof envelope", () => {
  it("leaves a proof bare in its own vendor's slot", () => {
    expect(wrapProof({ issuer: "anthropic", kind: "signature", data: "c2ln" }, "anthropic")).toBe(
      "c2ln",
    );
    expect(unwrapProof("c2ln", "anthropic")).toEqual({
      issuer: "anthropic",
      kind: "signature",
      data: "c2ln",
    });
    expect(unwrapProof("c2ln", "anthropic", "redacted").kind).toBe("redacted");
  });

  it("brings every proof through every other vendor's slot", () => {
    for (const natural of issuers) {
      for (const issuer of issuers.filter((one) => one !== natural)) {
        for (const kind of kinds) {
          const proof: Proof = { issuer, kind, data: "a.b+c/d==" };
          expect(unwrapProof(wrapProof(proof, natural), natural)).toEqual(proof);
        }
      }
    }
  });

  it("brings along which account can read a proof, also in its own vendor's slot", () => {
    for (const natural of issuers) {
      const proof: Proof = { issuer: "openai", kind: "encrypted", data: "a.b@c", account: "Ab1" };
      expect(wrapProof(proof, natural)).not.toBe(proof.data);
      expect(unwrapProof(wrapProof(proof, natural), natural)).toEqual(proof);
    }
  });

  it("is marked with an account where its issuer has several, and nowhere else", () => {
    const proof = (issuer: Issuer): Proof => ({ issuer, kind: "encrypted", data: "x" });
    const marked = (issuer: Issuer) =>
      withAccount({ type: "block-proof", block: 0, proof: proof(issuer) }, "west");
    expect(marked("openai")).toMatchObject({ proof: { account: "west" } });
    expect(marked("anthropic")).toEqual({
      type: "block-proof",
      block: 0,
      proof: proof("anthropic"),
    });
    const opening = { kind: "redacted-reasoning" as const, proof: proof("openai") };
    expect(withAccount({ type: "block-start", block: 0, opening }, "west")).toMatchObject({
      opening: { proof: { account: "west" } },
    });
    const words = { type: "block-delta" as const, block: 0, text: "x" };
    expect(withAccount(words, "west")).toBe(words);
  });

  it("is plain base64, which every slot accepts", () => {
    const text = wrapProof({ issuer: "google", kind: "signature", data: "Q2h4" }, "anthropic");
    expect(text).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(atob(text)).toBe("sk1.google.signature.Q2h4");
  });

  it.each([
    "c2sx",
    "c2sx%%%",
    btoa("sk1.nobody.signature.x"),
    btoa("sk1.google.stamp.x"),
    btoa("sk1.google"),
  ])("takes %s, which is no envelope of ours, for the vendor's own", (text) => {
    expect(unwrapProof(text, "anthropic")).toEqual({
      issuer: "anthropic",
      kind: "signature",
      data: text,
    });
  });
});
