import type { JsonObject } from "../../../src/core/json.ts";

/** One conversation in the three grammars, and what there is to read in it. */
export interface SampleRequest {
  bodies: JsonObject[];
  /** UTF-8 bytes of texts, and of arguments and tools as JSON: what a model is given as text. */
  textBytes: number;
  turns: number;
  images: number;
  hasTools: boolean;
  cache: "none" | "5m" | "1h";
  maxOutputTokens: number | undefined;
  choices: number;
}

const TEXTS = [
  "Summarise the incident report in three sentences and name the root cause.",
  "先週の障害報告を三行でまとめて、原因と再発防止策を書いてください。",
  'const total = items.reduce((sum, { price }) => sum + price, 0); // "net"\n\treturn total;\n',
  '{"level":"error","msg":"upstream \\"timed out\\""}\r\n',
  "Größe: 3 µm × 5 µm — naïve façade ✓ 🎌👩‍💻",
  "a",
  "",
];

const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

type Turn =
  | { kind: "text"; text: string }
  | { kind: "image" }
  | { kind: "call"; arguments: JsonObject }
  | { kind: "result"; text: string };

export function composeRequest(roll: (below: number) => number): SampleRequest {
  const text = () => (TEXTS[roll(TEXTS.length)] ?? "").repeat(1 + roll(roll(10) === 0 ? 400 : 8));
  const turns = Array.from({ length: 1 + roll(12) }, (): Turn => {
    const kind = roll(6);
    if (kind === 0) return { kind: "image" };
    if (kind === 1)
      return { kind: "call", arguments: { path: text(), [`key ${roll(9)}`]: roll(1e6) / 8 } };
    if (kind === 2) return { kind: "result", text: text() };
    return { kind: "text", text: text() };
  });
  const tools = Array.from({ length: roll(3) === 0 ? 1 + roll(20) : 0 }, (_, index) => ({
    name: `tool_${index}`,
    description: text(),
    schema: { type: "object", properties: { path: { type: "string", description: text() } } },
  }));
  const cache = (["none", "none", "5m", "1h"] as const)[roll(4)] ?? "none";
  const system = text();
  const maxOutputTokens = roll(2) === 0 ? undefined : 1 + roll(200_000);
  const choices = roll(5) === 0 ? 1 + roll(8) : 1;
  return {
    bodies: [
      anthropicBody(system, turns, tools, cache),
      openAiBody(system, turns, tools, cache),
      geminiBody(system, turns, tools, cache),
    ],
    textBytes:
      bytes(system) + turns.reduce((sum, turn) => sum + readBytes(turn), 0) + toolBytes(tools),
    turns: turns.length + 1,
    images: turns.filter((turn) => turn.kind === "image").length,
    hasTools: tools.length > 0,
    cache,
    maxOutputTokens,
    choices,
  };
}

interface SampleTool {
  name: string;
  description: string;
  schema: JsonObject;
}

type Cache = SampleRequest["cache"];

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

function readBytes(turn: Turn): number {
  switch (turn.kind) {
    case "text":
    case "result":
      return bytes(turn.text);
    case "call":
      return bytes(JSON.stringify(turn.arguments));
    case "image":
      return 0;
  }
}

function toolBytes(tools: SampleTool[]): number {
  return tools.reduce(
    (sum, tool) =>
      sum + bytes(tool.name) + bytes(tool.description) + bytes(JSON.stringify(tool.schema)),
    0,
  );
}

function mark(cache: Cache): JsonObject {
  if (cache === "none") return {};
  return { cache_control: { type: "ephemeral", ...(cache === "1h" && { ttl: "1h" }) } };
}

function anthropicBody(
  system: string,
  turns: Turn[],
  tools: SampleTool[],
  cache: Cache,
): JsonObject {
  const block = (turn: Turn): JsonObject => {
    switch (turn.kind) {
      case "text":
        return { type: "text", text: turn.text };
      case "image":
        return { type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL } };
      case "call":
        return { type: "tool_use", id: "t1", name: "tool_0", input: turn.arguments };
      case "result":
        return { type: "tool_result", tool_use_id: "t1", content: turn.text };
    }
  };
  return {
    model: "claude",
    system: [{ type: "text", text: system, ...mark(cache) }],
    messages: turns.map((turn) => ({ role: "user", content: [block(turn)] })),
    tools: tools.map(({ name, description, schema }) => ({
      name,
      description,
      input_schema: schema,
    })),
  };
}

function openAiBody(system: string, turns: Turn[], tools: SampleTool[], cache: Cache): JsonObject {
  const message = (turn: Turn): JsonObject => {
    switch (turn.kind) {
      case "text":
        return { role: "user", content: turn.text };
      case "image":
        return {
          role: "user",
          content: [{ type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } }],
        };
      case "call": {
        const call = { name: "tool_0", arguments: JSON.stringify(turn.arguments) };
        return { role: "assistant", tool_calls: [{ id: "t1", type: "function", function: call }] };
      }
      case "result":
        return { role: "tool", tool_call_id: "t1", content: turn.text };
    }
  };
  return {
    model: "gpt",
    messages: [
      { role: "system", content: [{ type: "text", text: system, ...mark(cache) }] },
      ...turns.map(message),
    ],
    tools: tools.map(({ name, description, schema }) => ({
      type: "function",
      function: { name, description, parameters: schema },
    })),
  };
}

function geminiBody(system: string, turns: Turn[], tools: SampleTool[], cache: Cache): JsonObject {
  const part = (turn: Turn): JsonObject => {
    switch (turn.kind) {
      case "text":
        return { text: turn.text };
      case "image":
        return { inlineData: { mimeType: "image/png", data: PIXEL } };
      case "call":
        return { functionCall: { name: "tool_0", args: turn.arguments } };
      case "result":
        return { functionResponse: { name: "tool_0", response: { output: turn.text } } };
    }
  };
  const declarations = tools.map(({ name, description, schema }) => ({
    name,
    description,
    parametersJsonSchema: schema,
  }));
  return {
    systemInstruction: { parts: [{ text: system }] },
    contents: turns.map((turn) => ({ role: "user", parts: [part(turn)] })),
    ...(tools.length > 0 && { tools: [{ functionDeclarations: declarations }] }),
    ...mark(cache),
  };
}
