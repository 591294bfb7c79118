import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { BEDROCK } from "../../src/providers/bedrock.ts";
import type { ClaudeSurface } from "../../src/providers/claude-body.ts";
import { adaptClaudeBody } from "../../src/providers/claude-body.ts";
import { VERTEX } from "../../src/providers/vertex.ts";
import { thrownBy } from "../core/thrown.ts";
import { adapted, callOf, deploymentOf } from "./deployment.ts";

const SONNET_4_5 = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const OPUS_4_5 = "us.anthropic.claude-opus-4-5-20251101-v1:0";
const OPUS_4_6 = "us.anthropic.claude-opus-4-6-v1";
const OPUS_4_7 = "us.anthropic.claude-opus-4-7";
const OPUS_5 = "us.anthropic.claude-opus-5";
const OPUS_5_5 = "us.anthropic.claude-opus-5-5";
const HELLO = [{ role: "user", content: "hi" }];

interface Options {
  model?: string;
  betas?: string[];
  surface?: ClaudeSurface;
}

function adapt(
  body: JsonObject,
  { model = SONNET_4_5, betas = [], surface = BEDROCK }: Options = {},
): JsonObject {
  const call = callOf(deploymentOf(`bedrock/${model}`), { betas });
  const { json } = adapted({ max_tokens: 16_000, messages: HELLO, ...body }, (patch) =>
    adaptClaudeBody(patch, call, surface),
  );
  const { anthropic_version: _version, ...rest } = json;
  return rest;
}

describe("a Claude body away from home", () => {
  it("carries the surface's own version, whatever the caller wrote", () => {
    const { json } = adapted('{"anthropic_version":"2026-10-21","messages":[]}', (patch) =>
      adaptClaudeBody(patch, callOf(deploymentOf(`bedrock/${SONNET_4_5}`)), VERTEX),
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

  it.each([BEDROCK, VERTEX])(
    "refuses safeguards by name on $name, so that the client checks for itself",
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
    expect(adapt(management, { betas: september, surface: VERTEX })).toHaveProperty(
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

describe("limits of a Claude model", () => {
  it.each([
    [SONNET_4_5, 64_000],
    ["anthropic.claude-opus-4-1-20250805-v1:0", 32_000],
    [OPUS_5_5, 128_000],
  ])("lower max_tokens on %s to %i", (model, limit) => {
    expect(adapt({ max_tokens: 200_000 }, { model }).max_tokens).toBe(limit);
    expect(adapt({ max_tokens: 10 }, { model }).max_tokens).toBe(10);
  });

  it("remove sampling where it is refused, and only there", () => {
    const sampling = { temperature: 0.5, top_p: 0.9, top_k: 5 };
    expect(adapt(sampling, { model: OPUS_4_6 })).toMatchObject(sampling);
    expect(Object.keys(adapt(sampling, { model: OPUS_4_7 }))).toEqual(["max_tokens", "messages"]);
  });

  it.each([
    ["low", 3_200],
    ["medium", 8_000],
    ["high", 12_800],
  ])(
    "turn adaptive thinking at %s effort into a budget where only budgets are known",
    (effort, budget) => {
      const body = {
        thinking: { type: "adaptive", display: "omitted" },
        output_config: { effort },
      };
      expect(adapt(body)).toEqual({
        max_tokens: 16_000,
        messages: HELLO,
        thinking: { type: "enabled", budget_tokens: budget },
      });
    },
  );

  it("keep a budget below a lowered max_tokens", () => {
    const body = { max_tokens: 128_000, thinking: { type: "enabled", budget_tokens: 100_000 } };
    expect(adapt(body)).toMatchObject({ max_tokens: 64_000, thinking: { budget_tokens: 51_200 } });
  });

  it("leave thinking out where an answer has no room for it", () => {
    expect(adapt({ max_tokens: 900, thinking: { type: "adaptive" } })).not.toHaveProperty(
      "thinking",
    );
  });

  it("do not start to think amid a tool loop that began without thinking", () => {
    const call = { type: "tool_use", id: "a", name: "f", input: {} };
    const result = {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "a", content: "1" }],
    };
    const loop = (...content: JsonObject[]) => [...HELLO, { role: "assistant", content }, result];
    const thinking = { type: "adaptive" };
    expect(adapt({ thinking, messages: loop(call) })).not.toHaveProperty("thinking");
    const thought = { type: "thinking", thinking: "", signature: "s" };
    expect(adapt({ thinking, messages: loop(thought, call) })).toHaveProperty(
      "thinking.budget_tokens",
    );
  });

  it("turn a budget into effort where budgets are gone, unless the caller chose an effort", () => {
    const thinking = { type: "enabled", budget_tokens: 10_000 };
    expect(adapt({ thinking }, { model: OPUS_4_7 })).toMatchObject({
      thinking: { type: "adaptive" },
      output_config: { effort: "medium" },
    });
    const config = { output_config: { effort: "max" } };
    expect(adapt({ thinking, ...config }, { model: OPUS_4_7 })).toMatchObject(config);
    expect(adapt({ thinking }, { model: OPUS_4_6 })).toMatchObject({ thinking });
  });

  it("do not keep a model from thinking that cannot be kept from it", () => {
    const thinking = { type: "disabled" };
    expect(adapt({ thinking }, { model: OPUS_5_5 })).not.toHaveProperty("thinking");
    expect(adapt({ thinking }, { model: OPUS_5 })).toMatchObject({ thinking });
    expect(adapt({ thinking })).toMatchObject({ thinking });
  });

  it("ask Opus 4.5 for an effort only under its flag", () => {
    const body = { output_config: { effort: "low" } };
    const betas = ["effort-2025-11-24"];
    expect(adapt(body, { model: OPUS_4_5, betas })).toMatchObject(body);
    expect(adapt(body, { model: OPUS_4_5, betas, surface: VERTEX })).not.toHaveProperty(
      "output_config",
    );
    expect(adapt(body, { model: SONNET_4_5, betas })).not.toHaveProperty("output_config");
  });
});

describe("turns of a Claude conversation", () => {
  const content = (text: string) => [{ type: "text", text }];
  const marked = (text: string) => ({ type: "text", text: `<system>\n${text}\n</system>` });

  it("fold a system turn into the user turn before it, and never hoist it", () => {
    const system = {
      role: "system",
      content: [{ type: "text", text: "rule", cache_control: { type: "ephemeral" } }],
    };
    expect(adapt({ messages: [...HELLO, system] }).messages).toEqual([
      {
        role: "user",
        content: [...content("hi"), { ...marked("rule"), cache_control: { type: "ephemeral" } }],
      },
    ]);
  });

  it("fold a system turn between a call and its result behind the result", () => {
    const call = {
      role: "assistant",
      content: [{ type: "tool_use", id: "a", name: "f", input: {} }],
    };
    const result = { type: "tool_result", tool_use_id: "a", content: "1" };
    const messages = [
      ...HELLO,
      call,
      { role: "system", content: "rule" },
      { role: "user", content: [result, ...content("go")] },
    ];
    expect(adapt({ messages }).messages).toEqual([
      ...HELLO,
      call,
      { role: "user", content: [result, marked("rule"), ...content("go")] },
    ]);
  });

  it("stand where they are on models that take system turns", () => {
    const messages = [...HELLO, { role: "system", content: "rule" }];
    expect(adapt({ messages }, { model: OPUS_5 }).messages).toEqual(messages);
  });

  it("end with the user on models that continue no answer", () => {
    const messages = [...HELLO, { role: "assistant", content: "{" }];
    expect(adapt({ messages }).messages).toEqual(messages);
    expect(adapt({ messages }, { model: OPUS_4_6 }).messages).toEqual([
      ...messages,
      { role: "user", content: "Continue." },
    ]);
  });

  it("lose their own output_config where its flag is not known", () => {
    const messages = [{ role: "user", content: "hi", output_config: { effort: "low" } }];
    const betas = ["per-turn-control-2026-07-01"];
    expect(adapt({ messages }, { betas }).messages).toEqual(HELLO);
    expect(adapt({ messages }, { betas, surface: VERTEX }).messages).toEqual(messages);
  });

  it.each(["image", "document"])(
    "refuse the URL of an %s by its path, in tool results too",
    (type) => {
      const picture = { type, source: { type: "url", url: "https://example.com/x" } };
      const messages = [
        { role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: [picture] }] },
      ];
      const refusal = thrownBy(() => adapt({ messages }));
      expect(refusal.code).toBe("unsupported_parameter");
      expect(refusal.details.param).toBe("messages.0.content.0.content.0.source");
    },
  );

  it("keep a tool's arguments to themselves, however they look", () => {
    const input = { cache_control: { scope: "x" }, source: { type: "url" } };
    const messages = [
      ...HELLO,
      { role: "assistant", content: [{ type: "tool_use", id: "a", name: "f", input }] },
      ...HELLO,
    ];
    expect(adapt({ messages }).messages).toEqual(messages);
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
      JSON.stringify(adapt(body, { model: "claude-opus-4-1@20250805", surface: VERTEX })),
    ).toContain("ttl");
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
    expect(adapt(body, { model: OPUS_5_5, surface: VERTEX })).toMatchObject(body);
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
