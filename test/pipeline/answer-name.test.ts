import { describe, expect, it } from "vitest";
import type { KeyPolicy } from "../../src/core/ledger/policy.ts";
import { gemini, geminiArray } from "../../src/dialects/gemini/index.ts";
import { openAiResponses } from "../../src/dialects/openai-responses/index.ts";
import type { ChatRoute } from "../../src/pipeline/call.ts";
import { nameOfAnswer } from "../../src/pipeline/answer-name.ts";
import {
  admittedIn,
  ANTHROPIC,
  gptAt,
  newKey,
  OPENAI,
  worldWith,
  type Asked,
  type World,
} from "./world.ts";

const ONE = { model_list: [gptAt("a")] };

describe("the name of an answer", () => {
  const TWO = { ...ONE, model_list: [gptAt("a"), { ...gptAt("b"), model_name: "other" }] };
  const deps = worldWith(TWO);
  const PATH = "/v1beta/models:streamGenerateContent";
  const GEMINI: ChatRoute = {
    path: PATH,
    callType: "agenerate_content",
    dialect: gemini,
    target: { model: "gpt", stream: true },
  };
  const asGemini = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };

  async function name(asked: Asked = {}, namespace = "", world: World = deps) {
    return nameOfAnswer(...(await admittedIn(world, asked)), namespace);
  }

  it("is the same for the same call, and tells nothing of it", async () => {
    const one = await name();
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(await name({ headers: { "x-request-id": "7" } })).toBe(one);
  });

  it.each<[string, Asked, Asked]>([
    ["a grammar", { route: ANTHROPIC }, { route: OPENAI }],
    ["a model", {}, { body: { model: "other" } }],
    ["whether it is streamed", {}, { body: { stream: true } }],
    [
      "whether a stream has counts",
      { body: { stream: true } },
      { body: { stream: true, stream_options: { include_usage: true } } },
    ],
    [
      "a flag",
      { route: ANTHROPIC },
      { route: ANTHROPIC, headers: { "anthropic-beta": "context-1m-2025-08-07" } },
    ],
    [
      "a version of the grammar",
      { route: ANTHROPIC, headers: { "anthropic-version": "2023-06-01" } },
      { route: ANTHROPIC, headers: { "anthropic-version": "2023-01-01" } },
    ],
    [
      "how a stream is framed",
      { route: GEMINI, body: asGemini },
      { route: { ...GEMINI, dialect: geminiArray }, body: asGemini },
    ],
    ["where it may be read", {}, { body: { allowed_model_region: "us" } }],
  ])("is another for %s", async (_, one, other) => {
    const config = {
      ...TWO,
      model_list: [gptAt("a", { region_name: "us" }), { ...gptAt("b"), model_name: "other" }],
    };
    const [first, second] = [await name(one), await name(other, "", worldWith(config))];
    expect(first).toBeDefined();
    expect(second).not.toBe(first);
  });

  it("is the same for the same flags in another order", async () => {
    const flagged = (flags: string) =>
      name({ route: ANTHROPIC, headers: { "anthropic-beta": flags } });
    expect(await flagged("a-1,b-2")).toBe(await flagged("b-2, a-1"));
  });

  it("is another for each team, person without one, and key of nobody", async () => {
    const policies: Partial<KeyPolicy>[] = [
      {},
      {},
      { userId: "alice" },
      { userId: "bob" },
      { userId: "alice" },
    ];
    const names: (string | undefined)[] = [];
    for (const policy of policies) names.push(await name({ caller: await newKey(policy) }));
    expect(new Set(names).size).toBe(4);
    expect(names[2]).toBe(names[4]);
  });

  it("cannot be made to look like another's by what a caller calls its namespace", async () => {
    const [call, admitted] = await admittedIn(deps);
    const keyOf = (team: string) => ({
      ...admitted,
      admission: {
        ...admitted.admission,
        key: { ...admitted.admission.key, teamId: team },
      },
    });
    const mine = await nameOfAnswer(call, keyOf("a"), "b\n");
    expect(mine).not.toBe(await nameOfAnswer(call, keyOf("a\nb"), ""));
    expect(await nameOfAnswer(call, keyOf("user:x"), "")).not.toBe(
      await nameOfAnswer(
        call,
        {
          ...admitted,
          admission: {
            ...admitted.admission,
            key: { ...admitted.admission.key, teamId: null, userId: "x" },
          },
        },
        "",
      ),
    );
  });

  it("is that of the deployments which serve the caller's tags", async () => {
    const config = {
      ...ONE,
      model_list: [gptAt("a", { tags: ["free"] }), gptAt("b", { tags: ["paid"] })],
      router_settings: { enable_tag_filtering: true },
    };
    const world = worldWith(config);
    const tagged = (tag: string) => name({ headers: { "x-litellm-tags": tag } }, "", world);
    expect(await tagged("free")).not.toBe(await tagged("paid"));
    expect(await tagged("free")).toBe(await tagged("free"));
    expect(await tagged("nobody's")).toBeUndefined();
  });

  it("is none for a body that vendors may read in another way", async () => {
    const route = { ...OPENAI, dialect: { ...OPENAI.dialect } };
    const [call, admitted] = await admittedIn(deps, { route });
    const text = call.body.text.replace("{", `{"model":"other",`);
    const twice = { ...call, body: { ...call.body, text } };
    expect(await nameOfAnswer(twice, admitted, "")).toBeUndefined();
  });

  it("is another for each person where the answer repeats who asked", async () => {
    const route: ChatRoute = {
      path: "/v1/responses",
      callType: "aresponses",
      dialect: openAiResponses,
      target: {},
    };
    const asking = (user: string) => name({ route, body: { input: "Hi", store: false, user } });
    expect(await asking("alice")).not.toBe(await asking("bob"));
    expect(await name({ body: { user: "alice" } })).toBe(await name({ body: { user: "bob" } }));
  });
});
