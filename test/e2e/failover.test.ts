import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Behaviour } from "../upstream/script.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { entry, pause, startWorld, type World } from "./world.ts";

/** What goes wrong at one place is answered by another, and the caller never knows. */
let world: World;
let key: string;

const REGIONS = ["us-east-1", "us-west-2", "eu-central-1"];
const SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0";

function claudeIn(upstream: Upstream, name: string, region: string, parameters = {}): object {
  const prefix = region.slice(0, 2);
  return entry(name, {
    model: `bedrock/${prefix}.${SONNET}`,
    aws_region_name: region,
    aws_access_key_id: upstream.credentials.aws.accessKeyId,
    aws_secret_access_key: upstream.credentials.aws.secretAccessKey,
    aws_bedrock_runtime_endpoint: `${upstream.url}/bedrock/${region}`,
    timeout: 0.5,
    stream_timeout: 0.5,
    ...parameters,
  });
}

const WRONG = { aws_secret_access_key: "not/the/secret+of+this/account/0000000001" };

beforeAll(async () => {
  world = await startWorld({
    models: (upstream) => [
      ...REGIONS.map((region) => claudeIn(upstream, "three", region)),
      claudeIn(upstream, "wrong-secret", "us-east-1", WRONG),
      claudeIn(upstream, "half-wrong", "us-east-1", { ...WRONG, order: 1 }),
      claudeIn(upstream, "half-wrong", "us-west-2", { order: 2 }),
    ],
    // Nobody rests here and nothing is learned, so that every call meets the fault with the same chance.
    settings: {
      router_settings: {
        num_retries: 3,
        disable_cooldowns: true,
        routing_strategy: "simple-shuffle",
      },
    },
  });
  key = await world.gateway.createKey();
  // A cold start may take longer than the half second these deployments have.
  await ask("demo", true, false);
});
afterAll(() => world.stop());

interface Seen {
  status: number;
  text: string;
  retries: string | null;
  headers: Headers;
}

async function ask(model: string, anthropic: boolean, stream: boolean, as = key): Promise<Seen> {
  const path = anthropic ? "/v1/messages" : "/v1/chat/completions";
  const response = await fetch(world.gateway.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${as}` },
    body: JSON.stringify({
      model,
      max_tokens: 50,
      stream,
      messages: [{ role: "user", content: "tokens:8 please" }],
    }),
  });
  return {
    status: response.status,
    text: await response.text(),
    retries: response.headers.get("x-litellm-attempted-retries"),
    headers: response.headers,
  };
}

const many = <T>(count: number, work: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, work));

test("calls are spread over all regions", async () => {
  world.upstream.reset();
  const seen = await many(60, () => ask("three", true, false));
  expect(seen.every(({ status, retries }) => status === 200 && retries === "0")).toBe(true);
  for (const region of REGIONS) {
    // Twenty each on average; fewer than six is one case in a hundred thousand.
    const share = world.upstream.requests.filter((request) => request.region === region).length;
    expect(share).toBeGreaterThan(5);
  }
});

const FAULTS: Record<string, Behaviour> = {
  "429 without retry-after": { throttle: {} },
  "429 with retry-after": { throttle: { retryAfterSeconds: 1 } },
  "an exception before the first token": { errorAt: 1 },
  "an exception and nothing else": { errorAt: 0 },
  "an empty answer": { emptyStream: true },
  "a cut before the first token": { cutAt: 2 },
  "an end before the first token": { cleanEndAt: 2 },
  "a stall beyond the deployment's timeout": { stallBeforeHeadersMs: 10_000 },
  "a stall after the status line": { stallBeforeFirstTokenMs: 10_000, stallBeforeHeadersMs: 600 },
  "a 500": { status: { status: 500, body: "<html>Internal Server Error</html>" } },
};

/** As many calls as it takes to meet the fault. */
describe.each(Object.entries(FAULTS))("%s in one region", (_what, fault) => {
  test.each([
    [true, false],
    [true, true],
    [false, false],
    [false, true],
  ])("is answered by another (Anthropic caller: %s, stream: %s)", async (anthropic, stream) => {
    world.upstream.reset();
    const script = world.upstream.script({ region: "us-west-2" }, [fault], { sticky: true });
    const seen: Seen[] = [];
    // A region that was told to wait is not asked before, so this may take a second.
    for (let round = 0; round < 30 && script.used === 0; round++) {
      seen.push(...(await many(4, () => ask("three", anthropic, stream))));
      await pause(round * 10);
    }
    expect(script.used).toBeGreaterThan(0);
    expect(seen.map(({ status }) => status)).toEqual(seen.map(() => 200));
    for (const { text } of seen) {
      expect(text).toContain("w7");
      expect(text).not.toContain('"error"');
    }
    const retries = seen.reduce((sum, one) => sum + Number(one.retries), 0);
    expect(retries).toBe(script.used);
  });
});

describe("when every region throttles", () => {
  test.each([true, false])("the caller learns when to come back (stream: %s)", async (stream) => {
    world.upstream.reset();
    world.upstream.script({}, [{ throttle: { retryAfterSeconds: 30 } }], { sticky: true });
    const anthropic = await ask("three", true, stream);
    expect(anthropic.status).toBe(429);
    expect(anthropic.headers.get("retry-after")).toBe("30");
    expect(anthropic.headers.get("x-should-retry")).toBeNull();
    expect(JSON.parse(anthropic.text)).toMatchObject({
      type: "error",
      error: { type: "rate_limit_error" },
    });
    expect(world.upstream.requests.map(({ region }) => region).toSorted()).toEqual(
      REGIONS.toSorted(),
    );
    const openai = await ask("three", false, stream);
    expect(openai.status).toBe(429);
    expect(openai.headers.get("retry-after")).toBe("30");
    expect(JSON.parse(openai.text)).toMatchObject({
      error: { type: "throttling_error", code: "429" },
    });
    expect(openai.headers.get("x-sekisho-error-origin")).toBe("provider:bedrock");
  });

  test("for a moment, the caller only waits", async () => {
    world.upstream.reset();
    const script = world.upstream.script({}, [
      { throttle: {} },
      { throttle: {} },
      { throttle: {} },
    ]);
    const seen = await ask("three", true, true);
    expect([seen.status, seen.retries, script.used]).toEqual([200, "3", 3]);
  });
});

describe("a credential that AWS refuses", () => {
  test.each([true, false])(
    "is the gateway's trouble, told in no words of the vendor (Anthropic caller: %s)",
    async (anthropic) => {
      world.upstream.reset();
      const { status, text, headers } = await ask("wrong-secret", anthropic, false);
      expect(status).toBe(502);
      expect(headers.get("x-should-retry")).toBe("false");
      expect(text).toContain("Your key is fine");
      expect(text).not.toMatch(/signature|AKIA|not\/the\/secret|amazon/i);
      expect(world.upstream.requests).toHaveLength(1);
    },
  );

  test("is answered by another deployment where there is one", async () => {
    const { status, retries } = await ask("half-wrong", true, true);
    expect([status, retries]).toEqual([200, "1"]);
  });
});

test("an attempt that failed costs nothing: one call, one charge", async () => {
  world.upstream.reset();
  const faults = Object.values(FAULTS).filter((one) => one.stallBeforeHeadersMs === undefined);
  const payer = await world.gateway.createKey();
  for (const fault of faults) {
    world.upstream.script({}, [fault]);
    const { status, retries } = await ask("three", true, true, payer);
    expect([status, retries]).toEqual([200, "1"]);
  }
  const rows = await world.rows(payer, faults.length);
  expect(rows).toHaveLength(faults.length);
  expect(rows.map((row) => [row.attempts, row.status])).toEqual(rows.map(() => [2, "success"]));
  expect(new Set(rows.map((row) => row.cost_nano_usd)).size).toBe(1);
  const response = await world.gateway.admin(`/key/info?key=${payer}`);
  const { info } = (await response.json()) as { info: { spend: number } };
  const spent = rows.reduce((sum, row) => sum + row.cost_nano_usd, 0);
  expect(Math.round(info.spend * 1e9)).toBe(spent);
});

test("an upstream that falls silent in mid-stream ends in one error event and a cut connection", async () => {
  world.upstream.reset();
  world.upstream.script({}, [{ stallAt: { chunk: 6, ms: 10_000 } }]);
  const payer = await world.gateway.createKey();
  await expect(ask("three", true, true, payer)).rejects.toThrow();
  const [row] = await world.rows(payer, 1);
  expect(row).toMatchObject({ ending: "broken", error_code: "upstream_timeout" });
  expect(row?.cost_nano_usd).toBeGreaterThan(0);
});

describe("Google's tokens", () => {
  test("are minted once for thirty cold calls", async () => {
    world.upstream.reset();
    const models = ["vertex-claude", "gemini-2", "gemini-3"];
    const seen = await Promise.all(
      Array.from({ length: 30 }, (_, index) => ask(models[index % 3] ?? "", true, index % 2 === 0)),
    );
    expect(seen.map(({ status }) => status)).toEqual(seen.map(() => 200));
    expect(world.upstream.tokens.mints).toBe(1);
  });

  test("that are revoked in mid-life are minted anew, and no caller sees it", async () => {
    world.upstream.reset();
    expect((await ask("gemini-2", false, false)).status).toBe(200);
    world.upstream.tokens.revokeAll();
    const seen = await many(20, () => ask("vertex-claude", true, true));
    expect(seen.map(({ status, retries }) => [status, retries])).toEqual(
      seen.map(() => [200, "0"]),
    );
    expect(world.upstream.tokens.mints).toBe(1);
  });
});

test("tokens that live two seconds are renewed before they end", async () => {
  const short = await startWorld({ tokenLifetimeSeconds: 2 });
  try {
    const caller = await short.gateway.createKey();
    for (let turn = 0; turn < 6; turn++) {
      const answer = await short.openai(caller).chat.completions.create({
        model: "gemini-2",
        messages: [{ role: "user", content: "Hi" }],
      });
      expect(answer.choices).toHaveLength(1);
      await pause(500);
    }
    expect(short.upstream.tokens.mints).toBe(2);
    const refused = short.upstream.requests.filter(({ refusal }) => refusal !== undefined);
    expect(refused).toEqual([]);
  } finally {
    await short.stop();
  }
});
