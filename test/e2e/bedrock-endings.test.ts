import {
  ConverseStreamCommand,
  InvokeModelWithResponseStreamCommand,
  ConverseCommand,
  InternalServerException,
  ModelStreamErrorException,
  ServiceQuotaExceededException,
  ServiceUnavailableException,
  ThrottlingException,
  ValidationException,
  type BedrockRuntimeClient,
} from "@aws-sdk/client-bedrock-runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Behaviour } from "../upstream/script.ts";
import { bedrockClient } from "./bedrock-client.ts";
import { startWorld, type World } from "./world.ts";

/** What the AWS SDK makes of calls that go wrong: its own exceptions, and never a success. */
let world: World;
let client: BedrockRuntimeClient;

beforeAll(async () => {
  world = await startWorld();
  client = bedrockClient(world.gateway.url, { token: await world.gateway.createKey() });
});
afterAll(() => world.stop());
beforeEach(() => world.upstream.reset());

/** Everything a stream said, and how it ended. */
interface Ending {
  events: string[];
  error: unknown;
}

async function endingOf(stream: AsyncIterable<object> | undefined): Promise<Ending> {
  const events: string[] = [];
  try {
    for await (const event of stream ?? []) events.push(JSON.stringify(nameOf(event)));
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

/** The type of Converse's event, or the text inside InvokeModel's chunk. */
function nameOf(event: object): string {
  const [name = "", value] = Object.entries(event)[0] ?? [];
  const { bytes } = (value ?? {}) as { bytes?: Uint8Array };
  return bytes === undefined ? name : Buffer.from(bytes).toString();
}

type Ask = (modelId: string, by?: BedrockRuntimeClient) => Promise<Ending>;

const converse: Ask = async (modelId, by = client) => {
  const messages = [{ role: "user" as const, content: [{ text: "tokens:60 please" }] }];
  return endingOf((await by.send(new ConverseStreamCommand({ modelId, messages }))).stream);
};

const invoke: Ask = async (modelId, by = client) => {
  const body = JSON.stringify({
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: 500,
    messages: [{ role: "user", content: "tokens:60 please" }],
  });
  return endingOf(
    (await by.send(new InvokeModelWithResponseStreamCommand({ modelId, body }))).body,
  );
};

const ROUTES: [string, string, Ask][] = [
  ["Converse, forwarded", "bedrock-nova", converse],
  ["Converse, from Anthropic", "anthropic-claude", converse],
  ["Converse, from OpenAI", "openai-gpt", converse],
  ["InvokeModel, forwarded", "bedrock-claude", invoke],
  ["InvokeModel, in another framing", "anthropic-claude", invoke],
  ["InvokeModel, translated", "bedrock-nova", invoke],
];

const BREAKAGES: [string, Behaviour, unknown][] = [
  ["is cut", { cutAt: 8 }, ModelStreamErrorException],
  ["ends cleanly without its final event", { cleanEndAt: 8 }, ModelStreamErrorException],
  ["has a message that does not parse", { corruptAt: 8 }, Error],
  ["reports an error inside", { errorAt: 8 }, Error],
  // The exception then arrives inside what the client takes for the rest of the message.
  ["is cut inside a message", { cutAt: 8, splitBytes: 37 }, Error],
];

describe.each(ROUTES)("a stream by %s (%s)", (_, model, ask) => {
  test("that finishes ends without an error", async () => {
    const { events, error } = await ask(model);
    expect(error).toBeUndefined();
    expect(events.length).toBeGreaterThan(60);
    expect(events.at(-1)).toMatch(/metadata|message_stop/);
  });

  test.each(BREAKAGES)("that %s ends in an exception", async (_name, behaviour, expected) => {
    world.upstream.script({}, [{ ...behaviour, paceMs: 2 }]);
    const { events, error } = await ask(model);
    expect(error).toBeInstanceOf(expected);
    // What was forwarded before the corrupt byte was noticed may be everything.
    if (behaviour.corruptAt === undefined) {
      expect(events.join()).not.toMatch(/messageStop|metadata|message_stop/);
    }
  });
});

const TOLD = "told by AWS";
/** Words about the gateway's account stay inside when a stream is not forwarded. */
const BROKEN_OFF = "broke off";

describe.each<[string, string, Ask, string]>([
  ["Converse, forwarded", "bedrock-nova", converse, TOLD],
  ["Converse, from Claude", "bedrock-claude", converse, TOLD],
  ["InvokeModel, forwarded", "bedrock-claude", invoke, TOLD],
  ["InvokeModel, translated", "bedrock-nova", invoke, BROKEN_OFF],
])("an exception of AWS's inside a stream by %s", (_, model, ask, words) => {
  test.each([
    ["throttlingException", ThrottlingException],
    ["serviceUnavailableException", ServiceUnavailableException],
    ["modelStreamErrorException", ModelStreamErrorException],
  ])("keeps its class: %s", async (type, expected) => {
    world.upstream.script({}, [{ errorAt: { chunk: 8, type, message: TOLD } }]);
    const { error } = await ask(model);
    expect(error).toBeInstanceOf(expected);
    expect(error).toMatchObject({ message: expect.stringContaining(words) as string });
  });
});

describe("a forwarded stream that breaks", () => {
  test.each([
    ["bedrock-nova", converse],
    ["bedrock-claude", invoke],
  ])("is charged what was seen of it: %s", async (model, ask) => {
    const key = await world.gateway.createKey();
    const own = bedrockClient(world.gateway.url, { token: key });
    world.upstream.script({}, [{ cutAt: 8, paceMs: 2 }]);
    expect((await ask(model, own)).error).toBeInstanceOf(ModelStreamErrorException);
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({ ending: "broken", usage_source: "observed", status: "failure" });
    expect(row?.cost_nano_usd).toBeGreaterThan(0);
  });
});

describe("a call that is not answered", () => {
  const ask = (modelId: string, text = "Hi") =>
    client.send(
      new ConverseCommand({ modelId, messages: [{ role: "user", content: [{ text }] }] }),
    );

  test.each(["bedrock-nova", "bedrock-claude", "openai-gpt"])(
    "because %s throttles is a ThrottlingException",
    async (model) => {
      world.upstream.script({}, [{ throttle: { retryAfterSeconds: 30 } }], { sticky: true });
      const error: unknown = await ask(model).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(ThrottlingException);
      expect(error).toMatchObject({ $metadata: { httpStatusCode: 429 } });
    },
  );

  test("because the vendor is down is an InternalServerException", async () => {
    world.upstream.script({}, [{ status: { status: 500 } }], { sticky: true });
    await expect(ask("openai-gpt")).rejects.toBeInstanceOf(InternalServerException);
  });

  test("because nobody serves the model is a ValidationException", async () => {
    await expect(ask("no-such-model")).rejects.toBeInstanceOf(ValidationException);
  });

  test("because the prompt is too long says so in words agents know", async () => {
    const refused = ask("bedrock-claude", "word ".repeat(200_000));
    await expect(refused).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(/input is too long/i) as string,
    });
  });

  test("because the budget is used up is not tried again", async () => {
    const token = await world.gateway.createKey({ max_budget: 0 });
    const poor = bedrockClient(world.gateway.url, { token });
    const refused = poor.send(
      new ConverseCommand({
        modelId: "bedrock-nova",
        messages: [{ role: "user", content: [{ text: "Hi" }] }],
      }),
    );
    await expect(refused).rejects.toBeInstanceOf(ServiceQuotaExceededException);
  });

  test("because the key is wrong is a 403", async () => {
    const stranger = bedrockClient(world.gateway.url, { token: "sk-nobody-has-this-key" });
    const refused = stranger.send(new ConverseCommand({ modelId: "bedrock-nova", messages: [] }));
    await expect(refused).rejects.toMatchObject({
      name: "UnrecognizedClientException",
      $metadata: { httpStatusCode: 403 },
    });
  });
});
