import { describe, expect, it } from "vitest";
import { GatewayError } from "../../src/core/errors.ts";
import type { Failure, FailureCategory } from "../../src/core/failure.ts";
import { errorOfFailure } from "../../src/pipeline/failed.ts";
import { deploymentOf } from "../providers/deployment.ts";
import { ANTHROPIC, callIn, OPENAI, threeGpts, worldWith } from "./world.ts";

const openAiCall = await callIn(worldWith(threeGpts()), { route: OPENAI });
const anthropicCall = await callIn(worldWith(threeGpts()), { route: ANTHROPIC });

function errorFor(changes: Partial<Failure>, call = openAiCall): GatewayError {
  const failure: Failure = { category: "server-error", status: 500, message: SECRET, ...changes };
  const deployment = deploymentOf("azure/gpt-4o");
  return errorOfFailure({ kind: "failed", failure, deployment, attempts: 1 }, call);
}

/** What vendors say about the account that asks them. */
const SECRET =
  "Rate limit reached for gpt-4o in organization org-Ab12 on tokens per min; arn:aws:iam::123456789012:user/gw is not authorized in project my-project";

const rawOf = (body: object | string, status = 400): Failure["raw"] => ({
  status,
  headers: new Headers({ "x-internal": "1" }),
  body: typeof body === "string" ? body : JSON.stringify(body),
});

const OPENAI_BODY = { error: { message: "bad field", type: "invalid_request_error", param: "n" } };
const ANTHROPIC_BODY = { type: "error", error: { type: "invalid_request_error", message: "bad" } };

describe("what a vendor says about our account", () => {
  it.each<[FailureCategory, number]>([
    ["rate-limit", 429],
    ["quota", 429],
    ["overloaded", 503],
    ["credential", 502],
    ["permission", 403],
    ["not-found", 404],
    ["timeout", 504],
    ["server-error", 502],
    ["connection", 502],
    ["broken-stream", 502],
  ])("stays inside (%s)", (category, status) => {
    const error = errorFor({ category, raw: rawOf({ error: { message: SECRET, type: "x" } }) });
    expect(error.row.status).toBe(status);
    expect(error.details.verbatim).toBeUndefined();
    expect(error.message).not.toMatch(/org-|arn:|project/);
    expect(error.message).toContain("azure");
  });

  it("about its credential is never a 401, which would log the caller's user out", () => {
    const error = errorFor({ category: "credential", status: 401 });
    expect(error.row).toMatchObject({ status: 502, retry: false });
    expect(error.message).toContain("Your key is fine");
  });
});

describe("what a vendor says about the request", () => {
  it.each<FailureCategory>(["invalid-request", "context-length", "content-policy", "too-large"])(
    "is told in its words (%s)",
    (category) => {
      const error = errorFor({ category, status: 400, message: "prompt is too long: 9 > 8" });
      expect(error.message).toBe("prompt is too long: 9 > 8");
    },
  );

  it("keeps the parameter at fault", () => {
    const error = errorFor({ category: "invalid-request", param: "messages.0", message: "bad" });
    expect(error.details.param).toBe("messages.0");
  });

  it.each<FailureCategory>(["invalid-request", "context-length", "content-policy"])(
    "is passed on untouched to a caller of the same grammar (%s)",
    (category) => {
      const toOpenAi = errorFor({ category, raw: rawOf(OPENAI_BODY, 422) });
      expect(toOpenAi.details.verbatim).toEqual({ status: 422, body: JSON.stringify(OPENAI_BODY) });
      const toAnthropic = errorFor({ category, raw: rawOf(ANTHROPIC_BODY) }, anthropicCall);
      expect(toAnthropic.details.verbatim?.body).toBe(JSON.stringify(ANTHROPIC_BODY));
    },
  );

  it.each([
    ["OpenAI's error to an Anthropic caller", OPENAI_BODY, anthropicCall],
    ["an AWS error to an Anthropic caller", { message: "bad" }, anthropicCall],
    ["a proxy's page", "<html>", openAiCall],
    ["an error that is text", { error: "bad" }, openAiCall],
    ["an error that is a list", [OPENAI_BODY], openAiCall],
    ["nothing", "", openAiCall],
  ])("is written anew in the caller's grammar: %s", (_what, body, call) => {
    const error = errorFor({ category: "invalid-request", raw: rawOf(body) }, call);
    expect(error.details.verbatim).toBeUndefined();
  });

  it("is never empty", () => {
    expect(errorFor({ category: "invalid-request", message: "" }).message).not.toBe("");
  });
});

it("repeats how long the vendor wants us to wait", () => {
  expect(errorFor({ category: "rate-limit", retryAfterMs: 1_500 }).details.retryAfterMs).toBe(
    1_500,
  );
});

it("says what an operator has to mend when the deployment is set up wrong", () => {
  const setupError = new GatewayError("not_configured", "vertex_credentials is not JSON.");
  const failure: Failure = { category: "credential", status: 0, message: "" };
  const deployment = deploymentOf("vertex_ai/gemini-2.5-flash");
  const dispatched = { kind: "failed", failure, setupError, deployment, attempts: 1 } as const;
  expect(errorOfFailure(dispatched, openAiCall)).toBe(setupError);
});
