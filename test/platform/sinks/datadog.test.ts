import { describe, expect, it } from "vitest";
import type { CallRecord } from "../../../src/core/record.ts";
import { createDatadogSink } from "../../../src/platform/sinks/datadog.ts";
import type { DatadogVariables } from "../../../src/platform/sinks/datadog.ts";
import type { Outcome } from "../../../src/platform/sinks/sink.ts";
import { fakeIntake } from "./fake-intake.ts";
import { sampleRecord } from "./sample-record.ts";

const NOW_MS = 1_790_000_010_000;
const KEY = "0123456789abcdef0123456789abcdef";

function sinkTo(
  intake: ReturnType<typeof fakeIntake>,
  variables: DatadogVariables = {},
  nowMs = NOW_MS,
) {
  const tools = { fetch: intake.fetch, nowMs: () => nowMs, timeoutMs: 100 };
  const sink = createDatadogSink({ DD_API_KEY: KEY, ...variables }, ["datadog"], tools);
  if (sink === undefined) throw new Error("the sink is off");
  return sink;
}

function numbered(count: number, changes: Partial<CallRecord> = {}): CallRecord[] {
  return Array.from({ length: count }, (_, index) =>
    sampleRecord({ requestId: `call-${index}`, ...changes }),
  );
}

function kinds(delivery: ReadonlyMap<string, Outcome>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of delivery.values()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function idsOf(intake: ReturnType<typeof fakeIntake>): unknown[] {
  return intake.logs.map((log) => log.message.call_id);
}

describe("the request", () => {
  it("goes to the site's intake with the key, as gzipped JSON", async () => {
    const intake = fakeIntake();
    await sinkTo(intake, { DD_SITE: "ap1.datadoghq.com" }).deliver([sampleRecord()]);
    const [request] = intake.requests;
    expect(request?.url).toBe("https://http-intake.logs.ap1.datadoghq.com/api/v2/logs");
    expect(request?.method).toBe("POST");
    expect(request?.redirect).toBe("manual");
    expect(request?.headers.get("dd-api-key")).toBe(KEY);
    expect(request?.headers.get("content-type")).toBe("application/json");
    expect(request?.headers.get("content-encoding")).toBe("gzip");
  });

  it.each([
    [{}, "https://http-intake.logs.datadoghq.com/api/v2/logs"],
    [{ DD_SITE: "app.datadoghq.eu" }, "https://http-intake.logs.datadoghq.eu/api/v2/logs"],
    [{ DD_BASE_URL: "http://127.0.0.1:9/dd/" }, "http://127.0.0.1:9/dd/api/v2/logs"],
    [
      { DD_BASE_URL: "http://127.0.0.1:9", DD_SITE: "us5.datadoghq.com" },
      "http://127.0.0.1:9/api/v2/logs",
    ],
  ])("finds its address from %j", async (variables, url) => {
    const intake = fakeIntake();
    await sinkTo(intake, variables).deliver([sampleRecord()]);
    expect(intake.requests[0]?.url).toBe(url);
  });
});

describe("the envelope", () => {
  it("is LiteLLM's, with the operator's names and tags in LiteLLM's order", async () => {
    const intake = fakeIntake();
    await sinkTo(intake, {
      DD_ENV: "prod",
      DD_SERVICE: "llm-gateway",
      DD_VERSION: "1.0",
      DD_SOURCE: "sekisho",
      HOSTNAME: "pod-1",
      POD_NAME: "pod-2",
    }).deliver([sampleRecord()]);
    const { message, ...envelope } = intake.logs[0]?.item ?? {};
    expect(typeof message).toBe("string");
    expect(envelope).toEqual({
      ddsource: "sekisho",
      ddtags:
        "env:prod,service:llm-gateway,version:1.0,HOSTNAME:pod-1,POD_NAME:pod-2," +
        "request_tag:jobA,request_tag:User-Agent: curl/8.5.0,team:core",
      hostname: "pod-1",
      service: "llm-gateway",
      status: "info",
    });
  });

  it("has LiteLLM's defaults, names a team without an alias by its id, and says error", async () => {
    const intake = fakeIntake();
    await sinkTo(intake).deliver([
      sampleRecord({ teamAlias: null, tags: [], status: "failure", errorCode: "upstream_error" }),
    ]);
    expect(intake.logs[0]?.item).toMatchObject({
      ddsource: "litellm",
      ddtags:
        "env:unknown,service:litellm-server,version:unknown,HOSTNAME:,POD_NAME:unknown,team:t1",
      hostname: "",
      service: "litellm-server",
      status: "error",
    });
  });

  it("lets no caller's tag pose as another tag", async () => {
    const intake = fakeIntake();
    await sinkTo(intake).deliver([sampleRecord({ tags: ["a,env:prod\nteam:boss"] })]);
    expect(intake.logs[0]?.item.ddtags).toContain("request_tag:a_env:prod_team:boss,team:core");
  });

  it("marks logs as late when Datadog would no longer take their time", async () => {
    const hourMs = 3_600_000;
    const endedAtMs = sampleRecord().endedAtMs;
    const onTime = fakeIntake();
    await sinkTo(onTime, {}, endedAtMs + 18 * hourMs).deliver([sampleRecord()]);
    expect(onTime.logs[0]?.message).not.toHaveProperty("late");
    const late = fakeIntake();
    await sinkTo(late, {}, endedAtMs + 18 * hourMs + 1).deliver([sampleRecord()]);
    expect(late.logs[0]?.message).toMatchObject({ late: true, startTime: 1790000000.12 });
  });
});

describe("splitting", () => {
  it("stays below Datadog's number of items", async () => {
    const intake = fakeIntake();
    const delivery = await sinkTo(intake).deliver(numbered(2_000));
    expect(intake.sizes).toEqual([900, 900, 200]);
    expect(kinds(delivery)).toEqual({ delivered: 2_000 });
    expect(new Set(idsOf(intake)).size).toBe(2_000);
  });

  it("stays below Datadog's size in bytes, not in characters", async () => {
    const intake = fakeIntake();
    // 9,000 characters, 27,000 bytes: 400 of them are 10.8 MB.
    const content = { messages: "関".repeat(9_000), response: null };
    const delivery = await sinkTo(intake).deliver(numbered(400, { content }));
    expect(kinds(delivery)).toEqual({ delivered: 400 });
    expect(intake.sizes.length).toBeGreaterThan(2);
    for (const text of intake.texts) {
      expect(new TextEncoder().encode(text).byteLength).toBeLessThan(4_600_000);
    }
  });

  it("halves what is too large for the intake and sends every log once", async () => {
    const intake = fakeIntake([], { items: 100, bytes: 5_000_000 });
    const delivery = await sinkTo(intake).deliver(numbered(350));
    expect(intake.sizes).toEqual([350, 175, 88, 87, 175, 88, 87]);
    expect(kinds(delivery)).toEqual({ delivered: 350 });
    expect(idsOf(intake).toSorted()).toEqual(
      numbered(350)
        .map((one) => one.requestId)
        .toSorted(),
    );
  });

  it("drops a single log the intake calls too large, and says so", async () => {
    const intake = fakeIntake([413]);
    const delivery = await sinkTo(intake).deliver([sampleRecord()]);
    expect([...delivery.values()]).toEqual([{ kind: "dropped", reason: "status-413" }]);
  });

  it("drops a log Datadog would cut, without sending it, and delivers the others", async () => {
    const intake = fakeIntake();
    const huge = sampleRecord({ requestId: "huge", tags: ["x".repeat(1_000_000)] });
    const delivery = await sinkTo(intake).deliver([huge, ...numbered(3)]);
    expect(delivery.get("huge")).toEqual({ kind: "dropped", reason: "item-too-large" });
    expect(idsOf(intake)).toEqual(["call-0", "call-1", "call-2"]);
  });

  it("isolates the one log the intake cannot read", async () => {
    const intake = fakeIntake();
    const picky = {
      ...intake,
      fetch: async (request: Request) => {
        const copy = request.clone();
        const text = await new Response(
          copy.body?.pipeThrough(new DecompressionStream("gzip")),
        ).text();
        return text.includes("call-413-bad")
          ? new Response("{}", { status: 400 })
          : await intake.fetch(request);
      },
    };
    const records = numbered(600);
    records.splice(413, 0, sampleRecord({ requestId: "call-413-bad" }));
    const delivery = await sinkTo(picky).deliver(records);
    expect(delivery.get("call-413-bad")).toEqual({ kind: "dropped", reason: "status-400" });
    expect(kinds(delivery)).toEqual({ delivered: 600, dropped: 1 });
    expect(new Set(idsOf(intake)).size).toBe(600);
    expect(intake.logs.length).toBe(600);
  });

  it("gives up for now on an intake that refuses everything, and keeps what it did not try", async () => {
    const intake = fakeIntake(Array.from({ length: 10_000 }, () => 400));
    const delivery = await sinkTo(intake).deliver(numbered(900));
    expect(intake.requests.length).toBeLessThanOrEqual(50);
    expect(kinds(delivery).retry).toBeGreaterThan(850);
    expect(delivery.size).toBe(900);
  });
});

describe("an intake in trouble", () => {
  it.each([
    [429, 30_000],
    [408, 30_000],
    [500, 30_000],
    [503, 30_000],
    [401, 3_600_000],
    [403, 3_600_000],
    [404, 3_600_000],
    [302, 3_600_000],
  ])("keeps every log when it says %i, and asks to wait %i ms", async (status, delayMs) => {
    const intake = fakeIntake([status]);
    const delivery = await sinkTo(intake).deliver(numbered(3));
    const outcome = { kind: "retry", reason: `status-${status}`, delayMs };
    expect([...delivery.values()]).toEqual([outcome, outcome, outcome]);
    expect(intake.requests.length).toBe(1);
  });

  it("is given the time it asks for", async () => {
    const seconds = new Response(null, { status: 429, headers: { "retry-after": "7" } });
    const date = new Response(null, {
      status: 503,
      headers: {
        date: "Mon, 21 Sep 2026 14:13:30 GMT",
        "retry-after": "Mon, 21 Sep 2026 14:15:30 GMT",
      },
    });
    const sink = sinkTo(fakeIntake([seconds, date]));
    expect((await sink.deliver(numbered(1))).get("call-0")).toMatchObject({ delayMs: 7_000 });
    expect((await sink.deliver(numbered(1))).get("call-0")).toMatchObject({ delayMs: 120_000 });
  });

  it("is not asked again in the same delivery, and what it accepted stays accepted", async () => {
    const intake = fakeIntake([202, 429]);
    const delivery = await sinkTo(intake).deliver(numbered(2_500));
    expect(intake.requests.length).toBe(2);
    expect(kinds(delivery)).toEqual({ delivered: 900, retry: 1_600 });
  });

  it("takes the logs when the same delivery comes back", async () => {
    const intake = fakeIntake([429]);
    const sink = sinkTo(intake);
    expect(kinds(await sink.deliver(numbered(2)))).toEqual({ retry: 2 });
    expect(kinds(await sink.deliver(numbered(2)))).toEqual({ delivered: 2 });
    expect(idsOf(intake)).toEqual(["call-0", "call-1"]);
  });

  it("that never answers is left after the timeout", async () => {
    const delivery = await sinkTo(fakeIntake(["hang"])).deliver(numbered(1));
    expect(delivery.get("call-0")).toMatchObject({ kind: "retry", reason: "timeout" });
  });

  it("that cannot be reached loses nothing", async () => {
    const delivery = await sinkTo(fakeIntake(["unreachable"])).deliver(numbered(1));
    expect(delivery.get("call-0")).toMatchObject({ kind: "retry", reason: "network" });
  });
});

describe("being switched on", () => {
  const tools = { fetch: fakeIntake().fetch, nowMs: () => NOW_MS };

  it.each([
    [{ DD_API_KEY: KEY }, ["datadog"], true],
    [{ DD_API_KEY: KEY }, ["langfuse", "datadog"], true],
    [{ DD_API_KEY: KEY }, [], true],
    [{ DD_API_KEY: KEY }, ["langfuse"], false],
    [{ DD_API_KEY: "" }, ["datadog"], false],
    [{}, ["datadog"], false],
  ])("with %j and callbacks %j is %s", (variables, callbacks, on) => {
    expect(createDatadogSink(variables, callbacks, tools) !== undefined).toBe(on);
  });
});
