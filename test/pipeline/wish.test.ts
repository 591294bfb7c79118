import { describe, expect, it } from "vitest";
import { NO_WISH, readCallWish } from "../../src/pipeline/wish.ts";
import { objectIn } from "../core/parsed.ts";
import { thrownBy } from "../core/thrown.ts";

const wish = (body: object, headers: Record<string, string> = {}) =>
  readCallWish(new Headers(headers), objectIn(JSON.stringify(body)));

describe("what a caller says of how its call is made", () => {
  it("is nothing where nothing is said, or null", () => {
    expect(wish({})).toEqual(NO_WISH);
    expect(wish({ num_retries: null, timeout: null, fallbacks: null })).toEqual(NO_WISH);
  });

  it("stands in the body, in seconds", () => {
    expect(wish({ num_retries: 0, timeout: 30, stream_timeout: 1.5 })).toMatchObject({
      retriesMax: 0,
      timeoutMs: 30_000,
      streamTimeoutMs: 1_500,
    });
  });

  it("stands in headers, which come first", () => {
    const headers = {
      "x-litellm-num-retries": "4",
      "x-litellm-timeout": "2.5",
      "x-litellm-stream-timeout": "0.25",
    };
    expect(wish({ num_retries: 1, timeout: 30, stream_timeout: 3 }, headers)).toMatchObject({
      retriesMax: 4,
      timeoutMs: 2_500,
      streamTimeoutMs: 250,
    });
  });

  it("takes a timeout of zero for none", () => {
    expect(wish({ timeout: 0 })).toEqual(NO_WISH);
  });

  it.each([
    [{ num_retries: 1.5 }, "num_retries"],
    [{ num_retries: -1 }, "num_retries"],
    [{ timeout: "soon" }, "timeout"],
    [{ stream_timeout: true }, "stream_timeout"],
    [{ fallbacks: "gpt" }, "fallbacks"],
    [{ fallbacks: ["a", 3] }, "fallbacks.1"],
    [{ fallbacks: [{ model: "a", api_base: "https://evil.example" }] }, "fallbacks.0"],
    [{ fallbacks: [{ model: "a", messages: [] }] }, "fallbacks.0"],
    [{ context_window_fallback_dict: { a: ["b"] } }, "context_window_fallback_dict"],
  ])("names what it does not understand: %o", (body, param) => {
    const error = thrownBy(() => wish(body));
    expect(error.code).toBe("invalid_request");
    expect(error.details.param).toBe(param);
  });

  it("names the header, where the header is wrong", () => {
    const error = thrownBy(() => wish({}, { "x-litellm-timeout": "soon" }));
    expect(error.details.param).toBe("x-litellm-timeout");
  });

  it("names other models, as text or as LiteLLM's objects", () => {
    const body = {
      fallbacks: ["a", { model: "b" }],
      context_window_fallback_dict: { gpt: "long" },
    };
    expect(wish(body)).toMatchObject({
      fallbacks: ["a", "b"],
      contextWindowFallbacks: { gpt: "long" },
    });
  });

  it("can be that no other model is to answer", () => {
    const body = { fallbacks: ["a"], context_window_fallback_dict: { gpt: "x" } };
    expect(wish({ ...body, disable_fallbacks: true })).toMatchObject({
      fallbacks: [],
      contextWindowFallbacks: {},
    });
  });

  it("is not that of LiteLLM's tests: nothing is mocked here", () => {
    expect(wish({ mock_testing_fallbacks: true })).toEqual(NO_WISH);
  });
});
