import { describe, expect, it } from "vitest";
import { openAiResponses } from "../../src/dialects/openai-responses/index.ts";
import { affinityOf, guessCachedTokens } from "../../src/pipeline/affinity.ts";
import type { Caller } from "../../src/pipeline/caller.ts";
import { ANTHROPIC, callIn, gptAt, OPENAI, worldWith, type Asked } from "./world.ts";

const deps = worldWith({ model_list: [gptAt("a")] });

/** Of a call with enough beside it to be cached anywhere. */
const of = async (asked: Asked): Promise<string | null> => {
  const cached = {
    type: "text",
    text: "word ".repeat(1_000),
    cache_control: { type: "ephemeral" },
  };
  const body = { ...asked.body, padding: [cached] };
  return affinityOf(await callIn(deps, { ...asked, body }));
};

const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });
const AGENT = { system: "You are an agent.", tools: [{ name: "look" }] };

describe("the calls of one conversation", () => {
  it("are known by their client's session, whatever they say", async () => {
    const headers = { "x-claude-code-session-id": "11111111-2222-3333-4444-555555555555" };
    const first = await of({ headers, body: { messages: [user("a")] } });
    expect(await of({ headers, body: { messages: [user("b")] } })).toBe(first);
    expect(await of({ body: { messages: [user("a")] } })).not.toBe(first);
  });

  it.each([
    [{ metadata: { user_id: '{"device_id":"d","session_id":"s-1"}' } }],
    [{ metadata: { user_id: "user_abc_account_def_session_s-1" } }],
    [{ prompt_cache_key: "s-1" }],
  ])("are known by the session in their body: %j", async (body) => {
    const first = await of({ route: ANTHROPIC, body: { ...body, messages: [user("a")] } });
    expect(await of({ route: ANTHROPIC, body: { ...body, messages: [user("b")] } })).toBe(first);
  });

  it("are known by how they begin, when nobody names them", async () => {
    const first = await of({ route: ANTHROPIC, body: { ...AGENT, messages: [user("Fix it")] } });
    const marked = [{ type: "text", text: "Fix it", cache_control: { type: "ephemeral" } }];
    const later = [user(marked), assistant("How?"), user("Well")];
    const plain = [user([{ type: "text", text: "Fix it" }]), assistant("How?")];
    // A turn in a list to carry a mark, and later without both, is the same turn.
    expect(await of({ route: ANTHROPIC, body: { ...AGENT, messages: later } })).toBe(first);
    expect(await of({ route: ANTHROPIC, body: { ...AGENT, messages: plain } })).toBe(first);
    const grown = [user("Fix it"), assistant("How?"), user("Well")];
    expect(await of({ route: ANTHROPIC, body: { ...AGENT, messages: grown } })).toBe(first);
  });

  it("are not taken for another's that begins otherwise", async () => {
    const bodies = [
      { ...AGENT, messages: [user("Fix it")] },
      { ...AGENT, messages: [user("Fix that")] },
      { ...AGENT, system: "You are another.", messages: [user("Fix it")] },
      // One person has many conversations.
      { ...AGENT, metadata: { user_id: "somebody" }, messages: [user("Fix all")] },
      // The same opening, longer than is looked at, still leaves room for the question.
      { system: "x".repeat(100_000), messages: [user("one")] },
      { system: "x".repeat(100_000), messages: [user("two")] },
    ];
    const keys = await Promise.all(bodies.map((body) => of({ route: ANTHROPIC, body })));
    expect(new Set(keys).size).toBe(bodies.length);
  });

  it("are never taken for another account's", async () => {
    const mine: Caller = { accountId: "a1", keyHash: "k" };
    const theirs: Caller = { accountId: "a2", keyHash: "k" };
    const body = { prompt_cache_key: "shared" };
    expect(await of({ caller: mine, body })).not.toBe(await of({ caller: theirs, body }));
    expect(await of({ caller: mine, body })).toBe(await of({ caller: mine, body }));
  });

  it("are told in no word of theirs", async () => {
    expect(await of({ body: { messages: [user("secret")] } })).toMatch(/^[0-9a-f]{32}$/);
  });

  it("are spread while they are too short to be cached", async () => {
    const headers = { "x-claude-code-session-id": "11111111-2222-3333-4444-555555555555" };
    expect(await affinityOf(await callIn(deps, { headers }))).toBeNull();
  });

  it("begin alike over Responses", async () => {
    const route = { ...OPENAI, path: "/v1/responses", dialect: openAiResponses };
    const body = { instructions: "Be kind.", input: "Hi", messages: undefined };
    const longer = { ...body, input: "Ho" };
    expect(await of({ route, body })).not.toBe(await of({ route, body: longer }));
    const listed = [user([{ type: "input_text", text: "Hi" }]), assistant("Hello")];
    expect(await of({ route, body: { ...body, input: listed } })).toBe(await of({ route, body }));
  });
});

describe("how much may be cached", () => {
  const long = "word ".repeat(4_000);

  it.each([
    ["nothing of a short prompt", OPENAI, "Hi", 0],
    ["a long prompt by its size, where vendors keep it unasked", OPENAI, long, 5_000],
    ["nothing where marks are needed and none is set", ANTHROPIC, long, 0],
  ] as const)("is %s", async (_what, route, content, least) => {
    const call = await callIn(deps, { route, body: { messages: [user(content)] } });
    const guess = guessCachedTokens(call);
    expect(guess).toBeGreaterThanOrEqual(least);
    expect(guess).toBeLessThanOrEqual(least * 1.1);
  });

  it("is a long prompt that is marked", async () => {
    const marked = [{ type: "text", text: long, cache_control: { type: "ephemeral" } }];
    const body = { messages: [user(marked)] };
    expect(guessCachedTokens(await callIn(deps, { route: ANTHROPIC, body }))).toBeGreaterThan(
      4_000,
    );
  });
});
