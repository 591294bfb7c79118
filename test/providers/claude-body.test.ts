import { describe, expect, it } from "vitest";
import { adaptClaudeBody } from "../../src/providers/claude-body.ts";
import { thrownBy } from "../core/thrown.ts";
import { adapt, HELLO, OPUS_4_6, OPUS_5_5, SONNET_4_5 } from "./adapt-claude.ts";
import { adapted, callOf, deploymentOf } from "./deployment.ts";

describe("a Claude body away from home", () => {
  it("carries the surface's own version, whatever the caller wrote", () => {
    const { json } = adapted('{"anthropic_version":"2026-10-21","messages":[]}', (patch) =>
      adaptClaudeBody(patch, callOf(deploymentOf(`vertex_ai/${SONNET_4_5}`))),
    );
    expect(json.anthropic_version).toBe("vertex-2023-10-16");
  });

  it("leaves Anthropic's own services behind", () => {
    const services = {
      cache_control: { type: "ephemeral" },
      container: "c",
      diagnostics: {},
      inference_geo: "us",
      mcp_servers: [],
      service_tier: "auto",
      speed: "fast",
      tags: { team: "a" },
    };
    expect(Object.keys(adapt(services))).toEqual(["max_tokens", "messages"]);
  });

  it.each(["bedrock", "vertex_ai"] as const)(
    "refuses safeguards by name on %s, so that the client checks for itself",
    (surface) => {
      const refusal = thrownBy(() => adapt({ safeguards: {} }, { surface }));
      expect(refusal.code).toBe("unsupported_parameter");
      expect(refusal.message).toContain("safeguards");
    },
  );

  it("drops a field whose flag was dropped, and keeps one whose flag goes along", () => {
    const management = { context_management: { edits: [] } };
    const september = ["compact-2026-09-04"];
    expect(adapt(management, { betas: september })).not.toHaveProperty("context_management");
    expect(adapt(management, { betas: september, surface: "vertex_ai" })).toHaveProperty(
      "context_management",
    );
    expect(adapt(management, { betas: ["context-management-2025-06-27"] })).toHaveProperty(
      "context_management",
    );
  });

  it("leaves a field whose flag nobody sent to the vendor's complaint", () => {
    expect(adapt({ context_management: {} })).toHaveProperty("context_management");
  });

  it("takes a guarded word out of its object, and the object with its last word", () => {
    const betas = ["task-budgets-2026-03-13"];
    const config = { output_config: { task_budget: 1, effort: "high" } };
    expect(adapt(config, { betas, model: OPUS_4_6 }).output_config).toEqual({ effort: "high" });
    expect(adapt({ output_config: { task_budget: 1 } }, { betas })).not.toHaveProperty(
      "output_config",
    );
  });

  it("presumes nothing of a model whose name does not say which it is", () => {
    const body = {
      max_tokens: 999_999,
      temperature: 0.5,
      thinking: { type: "adaptive", display: "omitted" },
      output_config: { effort: "high" },
      messages: [...HELLO, { role: "system", content: "s" }, { role: "assistant", content: "a" }],
    };
    expect(
      adapt(body, { model: "arn:aws:bedrock:us-east-1:1:application-inference-profile/x" }),
    ).toEqual(body);
  });
});

describe("cache marks and tools", () => {
  const mark = { type: "ephemeral", ttl: "1h", scope: "global" };
  const block = { type: "text", text: "s", cache_control: mark };
  const tool = {
    name: "f",
    input_schema: { type: "object" },
    cache_control: mark,
    custom: {},
    defer_loading: true,
    eager_input_streaming: true,
    input_examples: [],
    strict: true,
  };

  it("lose their scope everywhere, and their age on old models", () => {
    const body = {
      system: [block],
      messages: [{ role: "user", content: [block] }],
      tools: [{ ...tool }],
    };
    const kept = { cache_control: { type: "ephemeral", ttl: "1h" } };
    expect(adapt(body)).toMatchObject({
      system: [kept],
      messages: [{ content: [kept] }],
      tools: [kept],
    });
    const old = adapt(body, { model: "anthropic.claude-opus-4-1-20250805-v1:0" });
    expect(JSON.stringify(old)).not.toMatch(/ttl|scope/);
    expect(
      JSON.stringify(adapt(body, { model: "claude-opus-4-1@20250805", surface: "vertex_ai" })),
    ).toContain("ttl");
  });

  it("stand where Anthropic would have put them by itself", () => {
    const mark = { type: "ephemeral" };
    expect(adapt({ cache_control: mark }).messages).toEqual([
      { role: "user", content: [{ type: "text", text: "hi", cache_control: mark }] },
    ]);
    const messages = [
      { role: "user", content: [{ ...block, cache_control: { type: "ephemeral", ttl: "1h" } }] },
    ];
    expect(adapt({ cache_control: mark, messages }).messages).toEqual(messages);
  });

  it("lose what only Anthropic knows of tools", () => {
    const bare = {
      name: "f",
      input_schema: { type: "object" },
      cache_control: { type: "ephemeral", ttl: "1h" },
    };
    expect(adapt({ tools: [tool] }).tools).toEqual([{ ...bare, strict: true }]);
    expect(adapt({ tools: [tool] }, { model: OPUS_5_5 }).tools).toEqual([bare]);
    expect(adapt({ tools: [tool] }, { betas: ["advanced-tool-use-2025-11-20"] }).tools).toEqual([
      { ...bare, defer_loading: true, input_examples: [], strict: true },
    ]);
  });

  it("describe the answer's schema to models that cannot be held to it", () => {
    const body = { output_config: { format: { type: "json_schema", schema: { type: "object" } } } };
    expect(adapt(body)).toMatchObject(body);
    expect(adapt(body, { model: OPUS_5_5, surface: "vertex_ai" })).toMatchObject(body);
    expect(adapt(body, { model: OPUS_5_5 })).toEqual({
      max_tokens: 16_000,
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "hi" },
            {
              type: "text",
              text: 'Answer with nothing but JSON that is valid under this JSON Schema:\n{"type":"object"}',
            },
          ],
        },
      ],
    });
  });
});
