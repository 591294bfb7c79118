import type OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asArray, asObject, asString } from "../upstream/json.ts";
import type { JsonObject } from "../upstream/json.ts";
import { entry, startWorld, type World } from "./world.ts";

/**
 * Hidden thoughts can be read by the account that was given them and by no other. One model here has
 * deployments in two, `west` and `east`; the next two have one each.
 */
let world: World;
let client: OpenAI;

beforeAll(async () => {
  world = await startWorld({
    settings: { router_settings: { num_retries: 0, cooldown_time: 0 } },
    models: ({ url, credentials }) => {
      const at = (resource: string) => ({
        model: "azure/gpt-5",
        api_key: credentials.azureApiKey,
        api_base: `${url}/azure/${resource}`,
      });
      const overResponses = (resource: string) => ({
        ...at(resource),
        model: "azure/responses/gpt-5",
      });
      return [
        entry("both", at("west")),
        entry("both", at("east")),
        entry("both-for-chat", overResponses("west")),
        entry("both-for-chat", overResponses("east")),
        entry("only-west", at("west")),
        entry("only-east", at("east")),
      ];
    },
  });
  client = world.openai(await world.gateway.createKey());
});
beforeEach(() => world.upstream.reset());
afterAll(() => world.stop());

type Side = "west" | "east";

/** What is asked from now on is answered by this side; the other one is out of order. */
function onlyAt(side: Side): void {
  world.upstream.reset();
  const other = side === "west" ? "east" : "west";
  world.upstream.script({ path: `/azure/${other}/` }, [{ status: { status: 500 } }], {
    sticky: true,
  });
}

/** What the side that answered was sent. Nothing may have been refused on the way there. */
function sentTo(side: Side): JsonObject {
  expect(world.upstream.requests.filter((one) => one.refusal !== undefined)).toEqual([]);
  const last = world.upstream.requests.findLast((one) => one.status === 200);
  expect(last?.path).toContain(`/azure/${side}/`);
  return asObject(last?.body);
}

function thoughtsIn(body: JsonObject): JsonObject[] {
  return asArray(body["input"])
    .map(asObject)
    .filter((item) => item["type"] === "reasoning");
}

const TOOL: OpenAI.Responses.FunctionTool = {
  type: "function",
  name: "get_weather",
  strict: false,
  parameters: { type: "object" },
};

type Input = OpenAI.Responses.ResponseInput;
type Item = OpenAI.Responses.ResponseInputItem;
type Create = Omit<OpenAI.Responses.ResponseCreateParams, "stream">;

/** What an answer says, which is not among the members of an event's. */
function wordsOf({ output }: OpenAI.Responses.Response): string {
  return JSON.stringify(output.filter((item) => item.type === "message"));
}

async function ask(model: string, input: Input, stream: boolean, store = false) {
  const body = {
    model,
    input,
    store,
    tools: [TOOL],
    include: ["reasoning.encrypted_content" as const],
  };
  const answer = stream ? await lastOf(body) : await client.responses.create(body);
  input.push(...(answer.output as Item[]));
  for (const item of answer.output) {
    if (item.type === "function_call")
      input.push({ type: "function_call_output", call_id: item.call_id, output: "sunny there" });
  }
  return answer;
}

/** The answer as the last event has it; what the SDK puts together has members of its own. */
async function lastOf(body: Create): Promise<OpenAI.Responses.Response> {
  for await (const event of await client.responses.create({ ...body, stream: true }))
    if (event.type === "response.completed") return event.response;
  throw new Error("the stream did not end");
}

const question = (): Input => [{ role: "user", content: "call:get_weather {}" }];

function proofsIn(answer: OpenAI.Responses.Response): string[] {
  const thoughts = answer.output.filter((item) => item.type === "reasoning");
  return thoughts.map((thought) => thought.encrypted_content ?? "");
}

describe.each([
  [false, false],
  [true, false],
  [true, true],
])("a model in two accounts (stream: %s, store: %s)", (stream, store) => {
  test("is told its own thoughts again, in the vendor's own form", async () => {
    onlyAt("west");
    const input = question();
    const first = await ask("both", input, stream, store);
    const [marked] = proofsIn(first);
    expect(atob(marked ?? "")).toMatch(/^sk1\.openai@\w{12}\.encrypted\.gAAAAAB/);
    expect(marked).not.toContain("west");
    const second = await ask("both", input, stream, store);
    expect(wordsOf(second)).toContain("sunny there");
    const [thought] = thoughtsIn(sentTo("west"));
    expect(asString(thought?.["encrypted_content"])).toMatch(/^gAAAAAB/);
  });

  test("is not told the other account's, which it could not read", async () => {
    onlyAt("west");
    const input = question();
    await ask("both", input, stream, store);
    onlyAt("east");
    const second = await ask("both", input, stream, store);
    expect(wordsOf(second)).toContain("sunny there");
    expect(thoughtsIn(sentTo("east"))).toEqual([]);

    // Back home the first thought is readable again, and the second is not.
    input.push({ role: "user", content: "And tomorrow?" });
    onlyAt("west");
    await ask("both", input, stream, store);
    expect(thoughtsIn(sentTo("west"))).toHaveLength(1);
  });

  test("knows nothing of thoughts from before there were two", async () => {
    onlyAt("west");
    const input = question();
    await ask("only-west", input, stream, store);
    onlyAt("east");
    expect(wordsOf(await ask("both", input, stream, store))).toContain("sunny there");
    expect(thoughtsIn(sentTo("east"))).toEqual([]);
  });
});

describe("a model in one account", () => {
  test.each([false, true])(
    "has its thoughts passed on as they are (stream: %s)",
    async (stream) => {
      const input = question();
      const first = await ask("only-west", input, stream);
      expect(proofsIn(first)[0]).toMatch(/^gAAAAAB/);
      await ask("only-west", input, stream);
      expect(thoughtsIn(sentTo("west"))).toMatchObject([{ encrypted_content: proofsIn(first)[0] }]);
    },
  );

  test.each([false, true])(
    "goes on without thoughts that turn out to be another account's (stream: %s)",
    async (stream) => {
      const input = question();
      await ask("only-west", input, stream);
      world.upstream.reset();
      const second = await ask("only-east", input, stream);
      expect(wordsOf(second)).toContain("sunny there");
      const [refused, answered, ...more] = world.upstream.requests;
      expect(refused?.refusal).toContain("organization_id did not match");
      expect(thoughtsIn(asObject(refused?.body))).toHaveLength(1);
      expect(thoughtsIn(asObject(answered?.body))).toEqual([]);
      expect(more).toEqual([]);
    },
  );

  test("does not read what is marked as another's", async () => {
    onlyAt("west");
    const input = question();
    await ask("both", input, false);
    world.upstream.reset();
    await ask("only-east", input, false);
    expect(thoughtsIn(sentTo("east"))).toEqual([]);
  });
});

describe("callers of other grammars", () => {
  async function chat(messages: OpenAI.Chat.Completions.ChatCompletionMessageParam[]) {
    const { name, parameters } = TOOL;
    const answer = await client.chat.completions.create({
      model: "both-for-chat",
      messages,
      tools: [{ type: "function", function: { name, parameters: parameters ?? {} } }],
    });
    const said = answer.choices[0]?.message;
    if (said === undefined) throw new Error("nothing was said");
    messages.push(said);
    for (const call of said.tool_calls ?? [])
      messages.push({ role: "tool", tool_call_id: call.id, content: "sunny there" });
    return said;
  }

  test("of Chat Completions bring thoughts back to their account, and to no other", async () => {
    onlyAt("west");
    const messages: OpenAI.Chat.Completions.ChatCompletionMessageParam[] = [
      { role: "user", content: "call:get_weather {}" },
    ];
    await chat(messages);
    const told = [...messages];
    expect((await chat(messages)).content).toContain("sunny there");
    expect(thoughtsIn(sentTo("west"))).toHaveLength(1);
    onlyAt("east");
    expect((await chat(told)).content).toContain("sunny there");
    expect(thoughtsIn(sentTo("east"))).toEqual([]);
  });

  test("of Messages, too", async () => {
    const anthropic = world.anthropic(await world.gateway.createKey());
    const ask = async (
      side: Side,
      history: Parameters<typeof anthropic.messages.create>[0]["messages"],
    ) => {
      onlyAt(side);
      const answer = await anthropic.messages.create({
        model: "both-for-chat",
        max_tokens: 4_000,
        thinking: { type: "enabled", budget_tokens: 2_000 },
        messages: history,
        stream: false,
      });
      return answer.content;
    };
    const first = await ask("west", [{ role: "user", content: "Hello" }]);
    const history = [
      { role: "user" as const, content: "Hello" },
      { role: "assistant" as const, content: first },
      { role: "user" as const, content: "And now?" },
    ];
    await ask("west", history);
    expect(thoughtsIn(sentTo("west"))).toHaveLength(1);
    await ask("east", history);
    expect(thoughtsIn(sentTo("east"))).toEqual([]);
  });
});
