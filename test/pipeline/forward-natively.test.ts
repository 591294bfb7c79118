import { describe, expect, it } from "vitest";
import { objectIn } from "../core/parsed.ts";
import { callOver, lineWith } from "./line.ts";
import { ANTHROPIC, bodyOf, CLAUDE_STREAM, claudeAt, newKey, vendors } from "./world.ts";

const CONFIG = { model_list: [claudeAt("a")] };
const BODY = {
  model: "claude",
  max_tokens: 100,
  stream: true,
  messages: [{ role: "user", content: "Hi" }],
};

async function streamed(body: () => BodyInit) {
  const headers = { "content-type": "text/event-stream" };
  const { fetch } = vendors({ a: () => new Response(body(), { headers }) });
  const { deps, kept } = lineWith(fetch, CONFIG);
  const { key } = await newKey();
  return { ...(await callOver(ANTHROPIC, deps, { key, body: BODY })), kept };
}

describe("a stream of the caller's own grammar", () => {
  it("is passed on byte for byte, and counted", async () => {
    const seen = await streamed(() => bodyOf([CLAUDE_STREAM]));
    expect([seen.status, seen.text]).toEqual([200, CLAUDE_STREAM]);
    expect(seen.kept.settlements).toMatchObject([
      { costNanoUsd: 60_000, record: { ending: "finished", usageSource: "reported" } },
    ]);
  });

  it("is cut anywhere and still comes whole", async () => {
    const pieces = CLAUDE_STREAM.match(/[^]{1,7}/g) ?? [];
    expect((await streamed(() => bodyOf(pieces))).text).toBe(CLAUDE_STREAM);
  });

  it("and not passed on to its end is no whole answer, whatever was counted", async () => {
    // The runtime cannot pipe one stream of its own into another, and says so when it is asked to.
    const seen = await streamed(() => CLAUDE_STREAM);
    expect(seen.cut).toBe(true);
    expect(seen.kept.settlements).toMatchObject([
      { costNanoUsd: 60_000, record: { ending: "broken", usageSource: "reported" } },
    ]);
  });
});

describe("an answer of the caller's own grammar", () => {
  it("names the vendor's model where the grammar's callers expect that", async () => {
    const whole = {
      ...{ id: "msg_1", type: "message", role: "assistant", model: "claude-sonnet-4-5-20250929" },
      ...{ content: [{ type: "text", text: "Hello" }], stop_reason: "end_turn" },
      usage: { input_tokens: 10, output_tokens: 2 },
    };
    const { fetch } = vendors({ a: () => Response.json(whole) });
    const { deps } = lineWith(fetch, CONFIG);
    const { key } = await newKey();
    const { text } = await callOver(ANTHROPIC, deps, { key, body: { ...BODY, stream: false } });
    expect(objectIn(text)).toEqual(whole);
  });
});
