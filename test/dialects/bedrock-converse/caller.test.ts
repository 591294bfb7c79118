import { bedrockConverse } from "../../../src/dialects/bedrock-converse/index.ts";
import { messages, minimal, REQUESTS, user } from "../../fixtures/bedrock-converse/requests.ts";
import { callerContract } from "../caller.contract.ts";
import { wholeBlocks } from "../kept-citations.ts";

callerContract("Bedrock Converse", bedrockConverse, {
  minimal,
  requests: REQUESTS,
  target: { model: "m" },
  anonymous: true,
  // Thoughts are not counted apart.
  usage: (usage) => ({ ...usage, reasoningTokens: 0 }),
  citation: wholeBlocks,
  brokenEnvelopes: [
    ["model", 7],
    ["model", ""],
    ["model", undefined],
    ["messages", undefined],
    ["messages", {}],
    ["messages", []],
    ["inferenceConfig", "none"],
    ["inferenceConfig.maxTokens", 0],
    ["inferenceConfig.maxTokens", 1.5],
    ["inferenceConfig.maxTokens", "100"],
  ],
  invalid: [
    { name: "a role", body: messages({ role: "tool", content: [] }), param: "messages.0.role" },
    {
      name: "content of a string",
      body: messages({ role: "user", content: "hi" }),
      param: "messages.0.content",
    },
    {
      name: "a block of an unknown kind",
      body: user({ text: "a" }, { hologram: {} }),
      param: "messages.0.content.1",
      message: '"hologram"',
    },
    { name: "a text", body: user({ text: 5 }), param: "messages.0.content.0.text" },
    {
      name: "a picture's format",
      body: user({ image: { format: "bmp", source: { bytes: "" } } }),
      param: "messages.0.content.0.image.format",
      message: '"bmp"',
    },
    {
      name: "a picture without bytes",
      body: user({ image: { format: "png", source: {} } }),
      param: "messages.0.content.0.image.source",
    },
    {
      name: "a document that is no base64",
      body: user({ document: { format: "txt", name: "a", source: { bytes: "%" } } }),
      param: "messages.0.content.0.document.source.bytes",
    },
    {
      name: "a result without a call",
      body: user({ toolResult: { content: [] } }),
      param: "messages.0.content.0.toolResult.toolUseId",
      message: "Field required",
    },
    {
      name: "a result of another result",
      body: user({ toolResult: { toolUseId: "t", content: [{ toolResult: {} }] } }),
      param: "messages.0.content.0.toolResult.content.0",
    },
    {
      name: "a tool without a name",
      body: { ...minimal, toolConfig: { tools: [{ toolSpec: { inputSchema: { json: {} } } }] } },
      param: "toolConfig.tools.0.toolSpec.name",
    },
    {
      name: "a schema that is none",
      body: {
        ...minimal,
        toolConfig: { tools: [{ toolSpec: { name: "a", inputSchema: { json: 1 } } }] },
      },
      param: "toolConfig.tools.0.toolSpec.inputSchema.json",
    },
    {
      name: "an answer's schema that is no JSON",
      body: {
        ...minimal,
        outputConfig: {
          textFormat: { type: "json_schema", structure: { jsonSchema: { schema: "{" } } },
        },
      },
      param: "outputConfig.textFormat.structure.jsonSchema.schema",
    },
    {
      name: "a way of thinking",
      body: { ...minimal, additionalModelRequestFields: { thinking: { type: "deep" } } },
      param: "additionalModelRequestFields.thinking.type",
    },
    { name: "a system prompt of text", body: { ...minimal, system: "be brief" }, param: "system" },
  ],
  unsupported: [
    {
      name: "a guardrail",
      body: { ...minimal, guardrailConfig: { guardrailIdentifier: "g", guardrailVersion: "1" } },
      param: "guardrailConfig",
    },
    {
      name: "a stored prompt",
      body: { ...minimal, promptVariables: { a: { text: "b" } } },
      param: "promptVariables",
    },
    {
      name: "a dearer latency",
      body: { ...minimal, performanceConfig: { latency: "optimized" } },
      param: "performanceConfig.latency",
    },
    {
      name: "a dearer tier",
      body: { ...minimal, serviceTier: { type: "priority" } },
      param: "serviceTier.type",
    },
    {
      name: "a tool of AWS's",
      body: { ...minimal, toolConfig: { tools: [{ systemTool: { name: "nova_grounding" } }] } },
      param: "toolConfig.tools.0.systemTool",
    },
    {
      name: "a picture in S3",
      body: user({ image: { format: "png", source: { s3Location: { uri: "s3://b/k" } } } }),
      param: "messages.0.content.0.image.source.s3Location",
    },
    { name: "a film", body: user({ video: {} }), param: "messages.0.content.0.video" },
  ],
});
