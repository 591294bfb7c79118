import { afterAll, beforeAll, expect, test } from "vitest";
import { startUpstream, type Upstream } from "../upstream/upstream.ts";

// What each family of Bedrock's models knows of Converse, as AWS documents it. The gateway's rendering
// is only worth something against a stand-in that refuses the rest.

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.stop());

const SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const OPUS_46 = "us.anthropic.claude-opus-4-6-v1";
const OPUS_47 = "us.anthropic.claude-opus-4-7";
const NOVA = "us.amazon.nova-pro-v1:0";
const NOVA_2 = "us.amazon.nova-2-lite-v1:0";
const LLAMA = "us.meta.llama4-maverick-17b-instruct-v1:0";
const PIXTRAL = "us.mistral.pixtral-large-2502-v1:0";
const GPT_OSS = "openai.gpt-oss-120b-1:0";
const DEEPSEEK = "deepseek.v3-v1:0";

const SCHEMA = {
  type: "object",
  properties: { a: { type: "string" } },
  additionalProperties: false,
};
const POINT = { cachePoint: { type: "default" } };

function format(schema: object): object {
  const structure = { jsonSchema: { name: "out", schema: JSON.stringify(schema) } };
  return { outputConfig: { textFormat: { type: "json_schema", structure } } };
}

function tools(toolChoice?: object, spec: object = {}, ...more: object[]): object {
  const toolSpec = { name: "f", inputSchema: { json: SCHEMA }, ...spec };
  return { toolConfig: { tools: [{ toolSpec }, ...more], ...(toolChoice && { toolChoice }) } };
}

const extras = (additionalModelRequestFields: object): object => ({ additionalModelRequestFields });
const thinks = { thinking: { type: "enabled", budget_tokens: 1_024 } };
const reasons = (maxReasoningEffort: string): object => ({
  reasoningConfig: { type: "enabled", maxReasoningEffort },
});

async function problemOf(model: string, more: object): Promise<string | undefined> {
  const body = { messages: [{ role: "user", content: [{ text: "Hi" }] }], ...more };
  const response = await fetch(
    `${upstream.url}/bedrock/us-east-1/model/${encodeURIComponent(model)}/converse`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${upstream.credentials.bedrockApiKey}` },
      body: JSON.stringify(body),
    },
  );
  const answer: unknown = await response.json();
  if (response.ok) return undefined;
  return JSON.stringify(answer);
}

test.each([
  ["a schema by the models that keep to one", SONNET, format(SCHEMA)],
  ["a schema", OPUS_46, format(SCHEMA)],
  ["a schema", GPT_OSS, format(SCHEMA)],
  ["a schema", DEEPSEEK, format(SCHEMA)],
  ["an effort", OPUS_46, { outputConfig: { effort: "high" } }],
  [
    "the hardest effort while it thinks",
    OPUS_47,
    {
      outputConfig: { effort: "max" },
      ...extras({ thinking: { type: "adaptive" } }),
    },
  ],
  ["a forced tool", NOVA, tools({ tool: { name: "f" } })],
  ["any tool", PIXTRAL, tools({ any: {} })],
  ["a strict tool", GPT_OSS, tools(undefined, { strict: true })],
  ["a cache point among the tools", SONNET, tools(undefined, {}, POINT)],
  ["a cache point in the system's words", NOVA, { system: [{ text: "s" }, POINT] }],
  [
    "reasoning with a limit",
    NOVA_2,
    {
      inferenceConfig: { maxTokens: 100 },
      ...extras(reasons("low")),
    },
  ],
  ["a budget", SONNET, { inferenceConfig: { maxTokens: 2_000 }, ...extras(thinks) }],
  [
    "one call at a time",
    SONNET,
    {
      ...tools(),
      ...extras({ tool_choice: { type: "any", disable_parallel_tool_use: true } }),
    },
  ],
])("takes %s: %s", async (_, model, body) => {
  expect(await problemOf(model, body)).toBeUndefined();
});

test.each([
  ["a schema", NOVA, format(SCHEMA), "outputConfig.textFormat"],
  ["a schema", NOVA_2, format(SCHEMA), "outputConfig.textFormat"],
  ["a schema", LLAMA, format(SCHEMA), "outputConfig.textFormat"],
  ["a schema", PIXTRAL, format(SCHEMA), "outputConfig.textFormat"],
  ["a schema", OPUS_47, format(SCHEMA), "outputConfig.textFormat"],
  ["an open object", SONNET, format({ type: "object" }), "additionalProperties"],
  ["a bound", SONNET, format({ type: "integer", minimum: 1 }), "'minimum' is not supported"],
  [
    "a schema that contains itself",
    SONNET,
    format({ ...SCHEMA, properties: { a: { $ref: "#" } } }),
    "recursive",
  ],
  ["a schema with other members", SONNET, { outputConfig: { format: SCHEMA } }, "extraneous key"],
  ["an effort", SONNET, { outputConfig: { effort: "high" } }, "effort"],
  ["an effort", NOVA_2, { outputConfig: { effort: "high" } }, "effort"],
  ["the hardest effort without thinking", OPUS_47, { outputConfig: { effort: "max" } }, "capped"],
  ["any tool", LLAMA, tools({ any: {} }), "toolChoice.any"],
  ["a forced tool", PIXTRAL, tools({ tool: { name: "f" } }), "toolChoice.tool"],
  ["a tool nobody declared", NOVA, tools({ tool: { name: "g" } }), "not among"],
  ["a strict tool", NOVA, tools(undefined, { strict: true }), "strict"],
  ["one tool twice", NOVA, tools(undefined, {}, { toolSpec: { name: "f" } }), "not unique"],
  ["a cache point", LLAMA, { system: [{ text: "s" }, POINT] }, "prompt caching"],
  ["a cache point among the tools", NOVA, tools(undefined, {}, POINT), "toolConfig.tools"],
  [
    "an hour",
    NOVA,
    { system: [{ text: "s" }, { cachePoint: { type: "default", ttl: "1h" } }] },
    "ttl of 1h",
  ],
  ["reasoning", NOVA, extras(reasons("low")), "reasoningConfig"],
  ["no effort", NOVA_2, extras({ reasoningConfig: { type: "enabled" } }), "maxReasoningEffort"],
  [
    "a limit at the hardest",
    NOVA_2,
    { inferenceConfig: { maxTokens: 9 }, ...extras(reasons("high")) },
    "cannot be set",
  ],
  [
    "topK at the hardest",
    NOVA_2,
    extras({ ...reasons("high"), inferenceConfig: { topK: 3 } }),
    "cannot be set",
  ],
  ["Claude's words", NOVA, extras(thinks), "extraneous key [thinking]"],
  ["a budget", OPUS_47, extras(thinks), "thinking.type.enabled"],
  ["a budget and a forced tool", SONNET, { ...tools({ any: {} }), ...extras(thinks) }, "forces"],
  [
    "a choice said twice",
    SONNET,
    { ...tools({ any: {} }), ...extras({ tool_choice: { type: "any" } }) },
    "conflicts",
  ],
  ["two ways to sample", SONNET, { inferenceConfig: { temperature: 0, topP: 0.5 } }, "both"],
  ["stops", GPT_OSS, { inferenceConfig: { stopSequences: ["x"] } }, "stopSequences"],
  ["an unknown tier", NOVA, { serviceTier: { type: "fast" } }, "serviceTier"],
])("refuses %s: %s", async (_, model, body, reason) => {
  expect(await problemOf(model, body)).toContain(reason);
});
