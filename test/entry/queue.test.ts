import { createMessageBatch } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallRecord } from "../../src/core/record.ts";
import { backOffSeconds, handleBatch } from "../../src/entry/queue.ts";
import { createDatadogSink } from "../../src/platform/sinks/datadog.ts";
import type { Sink } from "../../src/platform/sinks/sink.ts";
import { fakeIntake } from "../platform/sinks/fake-intake.ts";
import { sampleRecord } from "../platform/sinks/sample-record.ts";

const NOW_MS = 1_790_000_010_000;
const COST = sampleRecord().costNanoUsd;
const CANARY = "CANARY-5b1e0d3a";

/** Everything the console was told during a test. */
let said: string[] = [];

beforeEach(async () => {
  said = [];
  for (const level of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, level).mockImplementation((...words) => {
      said.push(words.map(String).join(" "));
    });
  }
  await env.DB.batch(
    ["requests", "hourly_spend", "keys"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
  await env.DB.prepare(
    `INSERT INTO keys (hash, name, account_id, models, budget_anchor_ms, metadata, settings,
       created_at_ms, created_by, updated_at_ms, updated_by)
     VALUES (?1, 'k', 'a', '[]', 0, '{}', '{}', 0, 'test', 0, 'test')`,
  )
    .bind(sampleRecord().keyHash)
    .run();
});

afterEach(() => vi.restoreAllMocks());

describe("a batch of records", () => {
  it("is charged once, stored once and logged once, however often it is delivered", async () => {
    const { sink, intake } = datadog();
    const messages = [message("m1", ["a", "b"]), message("m2", ["c"])];
    for (let delivery = 0; delivery < 3; delivery += 1) {
      const result = await consume(messages, [sink]);
      expect(result.acknowledged).toEqual(["m1", "m2"]);
    }
    expect(await charged()).toEqual({ rows: 3, rollup: 3 * COST, key: 3 * COST });
    expect(logged(intake)).toEqual(["a", "b", "c"]);
    expect(said).toEqual([]);
  });

  it("logs a record once that stands in two of its messages", async () => {
    const { sink, intake } = datadog();
    const result = await consume([message("m1", ["a", "b"]), message("m2", ["b", "a"])], [sink]);
    expect(result.acknowledged).toEqual(["m1", "m2"]);
    expect(await charged()).toMatchObject({ rows: 2, key: 2 * COST });
    expect(logged(intake)).toEqual(["a", "b"]);
  });

  it("is stored and acknowledged where there is no sink", async () => {
    expect((await consume([message("m1", ["a"])], [])).acknowledged).toEqual(["m1"]);
    expect(await charged()).toMatchObject({ rows: 1 });
  });
});

describe("a message that cannot be read", () => {
  it.each([
    ["text", CANARY],
    ["nothing", null],
    ["other keys", { messages: [CANARY] }],
    ["a list of something else", { records: [{ prompt: CANARY }] }],
    ["a record with a word for a number", { records: [{ ...record("x"), costNanoUsd: CANARY }] }],
    ["a record with a negative cost", { records: [{ ...record("x"), costNanoUsd: -1 }] }],
    ["a record with an unknown ending", { records: [{ ...record("x"), ending: CANARY }] }],
  ])("(%s) is retried and blocks no other", async (_, body) => {
    const { sink, intake } = datadog();
    const poison = { id: "poison", timestamp: new Date(NOW_MS), attempts: 1, body };
    const result = await consume([message("m1", ["a"]), poison, message("m2", ["b"])], [sink]);
    expect(result.acknowledged).toEqual(["m1", "m2"]);
    expect(result.retried).toEqual([["poison", 600]]);
    expect(logged(intake)).toEqual(["a", "b"]);
    expect(await charged()).toMatchObject({ rows: 2, key: 2 * COST });
    expect(said.join()).toContain("records_unreadable");
    expect(said.join()).not.toContain(CANARY);
  });

  it("still has its readable records charged and logged, once", async () => {
    const { sink, intake } = datadog();
    const body = { records: [record("a"), { requestId: 7 }, record("b")] };
    const mixed = { id: "mixed", timestamp: new Date(NOW_MS), attempts: 1, body };
    await consume([mixed], [sink]);
    const result = await consume([{ ...mixed, attempts: 2 }], [sink]);
    expect(result.retried).toEqual([["mixed", 1200]]);
    expect(logged(intake)).toEqual(["a", "b"]);
    expect(await charged()).toMatchObject({ rows: 2, key: 2 * COST });
  });
});

describe("a message with several reasons to wait", () => {
  it("waits for the longest", async () => {
    const body = { records: [record("a"), { requestId: 7 }] };
    const mixed = { id: "mixed", timestamp: new Date(NOW_MS), attempts: 1, body };
    expect((await consume([mixed], [datadog([429]).sink])).retried).toEqual([["mixed", 600]]);
    expect((await consume([mixed], [datadog([401]).sink])).retried).toEqual([["mixed", 3600]]);
  });
});

describe("a sink in trouble", () => {
  it("gets its copies later, and the database notices nothing", async () => {
    const { sink, intake } = datadog([429, 429, 202]);
    const first = await consume([message("m1", ["a", "b"])], [sink]);
    expect(first.retried).toEqual([["m1", 30]]);
    const second = await consume([message("m1", ["a", "b"], 2)], [sink]);
    expect(second.retried).toEqual([["m1", 60]]);
    expect(await charged()).toEqual({ rows: 2, rollup: 2 * COST, key: 2 * COST });
    const third = await consume([message("m1", ["a", "b"], 3)], [sink]);
    expect(third.acknowledged).toEqual(["m1"]);
    expect(logged(intake)).toEqual(["a", "b"]);
    expect(await charged()).toEqual({ rows: 2, rollup: 2 * COST, key: 2 * COST });
    expect(said.map((line): unknown => JSON.parse(line))).toEqual(
      Array.from({ length: 2 }, () => ({
        event: "export_incomplete",
        sink: "datadog",
        records: 2,
        "retry:status-429": 2,
      })),
    );
  });

  it("is waited for as long as it asks", async () => {
    const busy = new Response(null, { status: 429, headers: { "retry-after": "90" } });
    const result = await consume([message("m1", ["a"])], [datadog([busy]).sink]);
    expect(result.retried).toEqual([["m1", 90]]);
  });

  it("whose key was revoked is asked once an hour, and loses nothing", async () => {
    const { sink, intake } = datadog([403, 403]);
    for (const attempts of [1, 2]) {
      const result = await consume([message("m1", ["a"], attempts)], [sink]);
      expect(result.retried).toEqual([["m1", 3600]]);
    }
    expect((await consume([message("m1", ["a"], 3)], [sink])).acknowledged).toEqual(["m1"]);
    expect(logged(intake)).toEqual(["a"]);
  });

  it("delays only the messages whose records it did not take", async () => {
    const { sink, intake } = datadog([202, 500]);
    const many = Array.from(
      { length: 900 },
      (_, index) => `call-${String(index).padStart(3, "0")}`,
    );
    const result = await consume([message("m1", many), message("m2", ["z"])], [sink]);
    expect(result.acknowledged).toEqual(["m1"]);
    expect(result.retried).toEqual([["m2", 30]]);
    await consume([message("m2", ["z"], 2)], [sink]);
    expect(logged(intake)).toEqual([...many, "z"]);
  });

  it("makes no other sink see a record twice", async () => {
    const { sink, intake } = datadog();
    const seen: string[] = [];
    const results = [
      await consume([message("m1", ["a"])], [sink, brokenSink(seen)]),
      await consume([message("m1", ["a"], 2)], [sink, brokenSink(seen)]),
    ];
    expect(results.map((result) => result.retried)).toEqual([[["m1", 60]], [["m1", 120]]]);
    expect(logged(intake)).toEqual(["a"]);
    expect(seen).toEqual(["a", "a"]);
    expect(said.join()).not.toContain(CANARY);
  });

  it("that will never take a record does not hold its message, and D1 remembers", async () => {
    const { sink } = datadog([400]);
    expect((await consume([message("m1", ["a"])], [sink])).acknowledged).toEqual(["m1"]);
    const exports = await env.DB.prepare("SELECT exports FROM requests").first("exports");
    expect(exports).toBe(`{"datadog":{"outcome":"dropped","atMs":${NOW_MS}}}`);
    expect(said.join()).toContain('"dropped:status-400":1');
  });

  it("that dawdles is left, and the message waits", async () => {
    const result = await consume([message("m1", ["a"])], [datadog(["hang"]).sink]);
    expect(result.retried).toEqual([["m1", 30]]);
    expect(said.join()).toContain("retry:timeout");
  });
});

describe("a database in trouble", () => {
  it("delays everything, and nothing is logged that was not stored", async () => {
    const { sink, intake } = datadog();
    await env.DB.exec("ALTER TABLE requests RENAME TO requests_away");
    const result = await consume([message("m1", ["a"]), message("m2", ["b"])], [sink]);
    await env.DB.exec("ALTER TABLE requests_away RENAME TO requests");
    expect(result.retried).toEqual([
      ["m1", 10],
      ["m2", 10],
    ]);
    expect(intake.requests).toEqual([]);
    expect((await consume([message("m1", ["a"], 2)], [sink])).acknowledged).toEqual(["m1"]);
    expect(await charged()).toMatchObject({ rows: 1, key: COST });
  });

  it("over one message delays that message alone", async () => {
    const { sink, intake } = datadog();
    const result = await withTrigger(
      "BEFORE INSERT ON requests WHEN NEW.request_id = 'b'",
      async () =>
        await consume([message("m1", ["a"]), message("m2", ["b"]), message("m3", ["c"])], [sink]),
    );
    expect(result.acknowledged).toEqual(["m1", "m3"]);
    expect(result.retried).toEqual([["m2", 10]]);
    expect(logged(intake)).toEqual(["a", "c"]);
    expect(said.join()).not.toContain(CANARY);
  });

  it("that cannot note a delivery does not cause a second one", async () => {
    const { sink, intake } = datadog();
    const result = await withTrigger(
      "BEFORE UPDATE OF exports ON requests",
      async () => await consume([message("m1", ["a"])], [sink]),
    );
    expect(result.acknowledged).toEqual(["m1"]);
    expect(logged(intake)).toEqual(["a"]);
    expect(said.join()).toContain("exports_not_marked");
  });
});

describe("content", () => {
  it("of fields no record has is neither stored nor sent nor said", async () => {
    const { sink, intake } = datadog([500, 202]);
    const body = {
      records: [{ ...record("a"), prompt: CANARY, usage: { ...record("a").usage, text: CANARY } }],
    };
    const sent = { id: "m1", timestamp: new Date(NOW_MS), attempts: 1, body };
    await consume([sent], [sink]);
    await consume([sent], [sink]);
    expect(logged(intake)).toEqual(["a"]);
    const { results } = await env.DB.prepare("SELECT * FROM requests").all();
    expect([JSON.stringify(results), intake.texts.join(), said.join()].join()).not.toContain(
      CANARY,
    );
  });

  it("goes to the row and the sink where the operator switched it on, and never to the console", async () => {
    const { sink, intake } = datadog([400, 202]);
    const content = { messages: [{ role: "user", content: CANARY }], response: CANARY };
    const records = [
      { ...record("a"), content },
      { ...record("b"), content },
    ];
    const sent = { id: "m1", timestamp: new Date(NOW_MS), attempts: 1, body: { records } };
    await consume([sent], [sink]);
    expect(logged(intake)).toEqual(["a", "b"]);
    expect(intake.logs[0]?.message).toMatchObject(content);
    const { results } = await env.DB.prepare("SELECT content FROM requests").all();
    expect(JSON.stringify(results)).toContain(CANARY);
    expect(said.join()).not.toContain(CANARY);
  });
});

describe("backOffSeconds", () => {
  it.each([
    [30_000, 1, 30],
    [30_000, 2, 60],
    [30_000, 4, 240],
    [30_000, 20, 3_600],
    [3_600_000, 1, 3_600],
    [3_600_000, 9, 3_600],
    [7_200_000, 1, 7_200],
    [1, 1, 1],
    [999_999_999, 1, 43_200],
  ])("waits after %i ms asked at attempt %i for %i s", (delayMs, attempts, seconds) => {
    expect(backOffSeconds(delayMs, attempts)).toBe(seconds);
  });
});

function record(requestId: string): CallRecord {
  return sampleRecord({ requestId });
}

function message(id: string, requestIds: readonly string[], attempts = 1) {
  return {
    id,
    timestamp: new Date(NOW_MS),
    attempts,
    body: { records: requestIds.map(record) } as unknown,
  };
}

async function consume(messages: ReturnType<typeof message>[], sinks: readonly Sink[]) {
  const batch = createMessageBatch("sekisho-records", messages);
  const spied = batch.messages.map((one) => ({
    id: one.id,
    ack: vi.spyOn(one, "ack"),
    retry: vi.spyOn(one, "retry"),
  }));
  await handleBatch(batch, { db: env.DB, timeZone: "UTC", sinks, nowMs: () => NOW_MS });
  for (const { ack, retry } of spied)
    expect(ack.mock.calls.length + retry.mock.calls.length).toBe(1);
  return {
    acknowledged: spied.filter(({ ack }) => ack.mock.calls.length === 1).map(({ id }) => id),
    retried: spied.flatMap(({ id, retry }) =>
      retry.mock.calls.map(([options]) => [id, options?.delaySeconds]),
    ),
  };
}

function datadog(answers: Parameters<typeof fakeIntake>[0] = []) {
  const intake = fakeIntake(answers);
  const tools = { fetch: intake.fetch, nowMs: () => NOW_MS, timeoutMs: 50 };
  const sink = createDatadogSink({ DD_API_KEY: "key" }, ["datadog"], tools);
  if (sink === undefined) throw new Error("the sink is off");
  return { sink, intake };
}

/** A sink with a bug: it throws, and its error quotes what it was given. */
function brokenSink(seen: string[]): Sink {
  return {
    name: "broken",
    deliver: async (records) => {
      seen.push(...records.map((one) => one.requestId));
      throw new Error(`could not send ${CANARY}`);
    },
  };
}

async function withTrigger<Result>(event: string, work: () => Promise<Result>): Promise<Result> {
  await env.DB.exec(
    `CREATE TRIGGER ail ${event} BEGIN SELECT RAISE(ABORT, 'row says ${CANARY}'); END`,
  );
  try {
    return await work();
  } finally {
    await env.DB.exec("DROP TRIGGER ail");
  }
}

function logged(intake: ReturnType<typeof fakeIntake>): string[] {
  return intake.logs.map((log) => String(log.message.call_id)).toSorted();
}

async function charged() {
  return await env.DB.prepare(
    `SELECT (SELECT count(*) FROM requests) AS rows,
       (SELECT sum(cost_nano_usd) FROM hourly_spend) AS rollup,
       (SELECT spend_nano_usd FROM keys) AS key`,
  ).first();
}
