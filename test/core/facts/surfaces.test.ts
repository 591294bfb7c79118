import { describe, expect, it } from "vitest";
import { findClaudeSurface } from "../../../src/core/facts/claude-surface.ts";
import { factsDocument } from "../../../src/core/facts/document.ts";
import { DEFAULT_FACTS, withOverlay } from "../../../src/core/facts/facts.ts";
import { findVendorRules } from "../../../src/core/facts/vendor-rules.ts";

function over(document: object) {
  return withOverlay(DEFAULT_FACTS, factsDocument.parse(document));
}

function bedrock(members: object, model = "claude-opus-5") {
  return findClaudeSurface(over({ claude_surfaces: { bedrock: members } }), model, "bedrock");
}

describe("what a place takes of Claude's grammar", () => {
  it("can get another flag, lose one, or call one otherwise", () => {
    const { betas } = bedrock({
      betas: { "new-2027-01-01": true, "context-1m-2025-08-07": false, "old-name": "new-name" },
    });
    expect(betas.get("new-2027-01-01")).toBe("new-2027-01-01");
    expect(betas.get("context-1m-2025-08-07")).toBe(false);
    expect(betas.get("old-name")).toBe("new-name");
    expect(betas.get("effort-2025-11-24")).toBe("effort-2025-11-24");
  });

  it("can have rules lifted and added", () => {
    const { drops, guards, toolMembers } = bedrock({
      drops: { speed: false, mystery: true },
      guards: { context_management: false, "thinking.display": ["a-flag"] },
      tool_members: { custom: false },
    });
    expect(drops).toContain("mystery");
    expect(drops).toContain("container");
    expect(drops).not.toContain("speed");
    expect(guards).toContainEqual({ within: "thinking", field: "display", flags: ["a-flag"] });
    expect(guards.map((one) => one.field)).not.toContain("context_management");
    expect(toolMembers.map((one) => one.name)).not.toContain("custom");
  });

  it("depends on the model where the facts say so, the operator's word first", () => {
    expect(bedrock({}).schemas).toBe(false);
    expect(bedrock({}, "claude-opus-4-5").schemas).toBe(true);
    expect(bedrock({ without_schemas: { "*claude-opus-5*": false } }).schemas).toBe(true);
    expect(bedrock({}, "claude-opus-4@20250514").cacheTtl).toBe(false);
  });

  it("is Anthropic's own where nobody described it, and one place under both of its names", () => {
    expect(findClaudeSurface(DEFAULT_FACTS, "claude", "openrouter").sendsUnknownBetas).toBe(true);
    expect(findClaudeSurface(DEFAULT_FACTS, "claude", "vertex_ai_beta").name).toBe("Vertex AI");
  });
});

describe("what a vendor knows otherwise", () => {
  it("is said for all of its models, or for some, who come first", () => {
    const facts = over({
      vendors: {
        mistral: { drops: { seed: true, store: false } },
        "mistral/magistral-*": { drops: { reasoning_effort: false, seed: false } },
      },
    });
    const drops = (model: string) => findVendorRules(facts, model, "mistral").drops;
    expect(drops("mistral-large")).toEqual(expect.arrayContaining(["seed", "reasoning_effort"]));
    expect(drops("mistral-large")).not.toContain("store");
    expect(drops("magistral-small")).not.toContain("seed");
    expect(drops("magistral-small")).not.toContain("reasoning_effort");
    expect(drops("magistral-small")).toContain("user");
  });

  it("can be lifted member by member", () => {
    const facts = over({
      vendors: {
        mistral: {
          renames: { seed: false, top_k: "k" },
          refuses: { audio: false },
          limits: { temperature: false, top_p: { max: 0.9 } },
          message_members: { user: false },
          tool_id_characters: false,
        },
      },
    });
    const rules = findVendorRules(facts, "m", "mistral");
    expect(rules.renames).toEqual({ max_completion_tokens: "max_tokens", top_k: "k" });
    expect(rules.refuses).not.toContain("audio");
    expect(rules.limits).toEqual([["top_p", { max: 0.9 }]]);
    expect([...rules.messageMembers.keys()]).toEqual(["system", "assistant", "tool"]);
    expect(rules.toolIdCharacters).toBeUndefined();
  });

  it("is nothing for a vendor nobody described", () => {
    expect(findVendorRules(DEFAULT_FACTS, "gpt-4o", "openai")).toMatchObject({
      renames: {},
      drops: [],
      refuses: [],
      thoughts: "as-they-are",
    });
  });
});
