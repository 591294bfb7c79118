import { describe, expect, it } from "vitest";
import { labelsOf } from "../../src/core/usage-labels.ts";
import { sampleRecord } from "../platform/sinks/sample-record.ts";

describe("labelsOf", () => {
  it("files a call under the day of the operator's calendar on which it started", () => {
    const record = sampleRecord({ startedAtMs: Date.parse("2026-11-20T15:00:00Z") });
    expect(labelsOf(record, "UTC").day).toBe("2026-11-20");
    expect(labelsOf(record, "Asia/Tokyo").day).toBe("2026-11-21");
    expect(labelsOf(record, "America/Los_Angeles").day).toBe("2026-11-20");
  });

  it.each([
    ["claude-cli/2.1.329 (external, cli)", "claude-cli"],
    ["OpenAI/Python 7.55.0", "openai"],
    ["codex_cli_rs/0.169.0 (Debian 12; x86_64)", "codex_cli_rs"],
    ["curl/8.9", "curl"],
    ["", ""],
    [null, ""],
  ])("names the program in %j %s, without its version", (userAgent, client) => {
    expect(labelsOf(sampleRecord({ userAgent }), "UTC").client).toBe(client);
  });

  it("takes the purpose from the call before the key", () => {
    const keyMetadata = { purpose: "batch" };
    const tags = ["a", "purpose: code review"];
    expect(labelsOf(sampleRecord({ keyMetadata, tags: [] }), "UTC").purpose).toBe("batch");
    expect(labelsOf(sampleRecord({ keyMetadata, tags }), "UTC").purpose).toBe("code review");
    expect(labelsOf(sampleRecord({ keyMetadata: {}, tags: [] }), "UTC").purpose).toBe("");
  });
});
