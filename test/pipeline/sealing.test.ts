import { describe, expect, it } from "vitest";
import { openResponseId } from "../../src/core/response-id.ts";
import { openAiResponses } from "../../src/dialects/openai-responses/index.ts";
import type { Asked, Attempt } from "../../src/pipeline/asked.ts";
import { attemptAnswer } from "../../src/pipeline/attempt.ts";
import type { ChatRoute } from "../../src/pipeline/call.ts";
import type { Deps } from "../../src/pipeline/deps.ts";
import { rewritesBytes, sealingOf } from "../../src/pipeline/sealing.ts";
import { spanAccounts, vendorAccountOf } from "../../src/pipeline/vendor-account.ts";
import { findProvider } from "../../src/providers/index.ts";
import { callIn, OPENAI, sse, worldWith } from "./world.ts";

const RESPONSES: ChatRoute = {
  path: "/v1/responses",
  callType: "aresponses",
  dialect: openAiResponses,
  target: {},
};

interface Place {
  model?: string;
  api_key?: string;
  api_base?: string;
  organization?: string;
  api_version?: string;
}

const places = (...all: Place[]) => ({
  model_list: all.map((place) => ({
    model_name: "gpt",
    litellm_params: { model: "openai/gpt-5", api_key: "sk-a", ...place },
  })),
});

const RESOURCE = { model: "azure/gpt-5", api_base: "https://r.openai.azure.com" };

const accountsOf = (...all: Place[]) => {
  const { config, signer } = worldWith(places(...all));
  return Promise.all(config.deployments.map((one) => vendorAccountOf(one, signer)));
};

describe("the account behind a deployment", () => {
  it.each<[string, Place, Place]>([
    ["with one key", {}, { model: "openai/gpt-4.1" }],
    ["of one organization", { organization: "o" }, { organization: "o", api_key: "sk-b" }],
    ["at one resource", RESOURCE, { ...RESOURCE, api_key: "sk-b", model: "azure/other" }],
    [
      "at one resource, written otherwise",
      RESOURCE,
      { ...RESOURCE, api_base: `${RESOURCE.api_base}/openai/deployments/x?api-version=2025-04-01` },
    ],
  ])("is the same %s", async (_, one, other) => {
    const [first, second] = await accountsOf(one, other);
    expect(first).toMatch(/^\w{12}$/);
    expect(second).toBe(first);
    expect(spanAccounts(worldWith(places(one, other)).config.deployments)).toBe(false);
  });

  it.each<[string, Place, Place]>([
    ["key", {}, { api_key: "sk-b" }],
    ["organization", { organization: "o" }, { organization: "p" }],
    ["resource", RESOURCE, { ...RESOURCE, api_base: "https://s.openai.azure.com" }],
    ["vendor", {}, RESOURCE],
    ["address", {}, { api_base: "https://proxy.example/v1" }],
  ])("is another at another %s", async (_, one, other) => {
    const [first, second] = await accountsOf(one, other);
    expect(second).not.toBe(first);
    expect(spanAccounts(worldWith(places(one, other)).config.deployments)).toBe(true);
  });

  it("has no name where no answer is kept and no thought sealed", async () => {
    const others = [
      { model: "anthropic/claude-sonnet-4-5" },
      { model: "gemini/gemini-2.5-pro" },
      { model: "openai/llama-3.3-70b", api_base: "https://vllm.example/v1" },
      { model: "groq/llama-3.3-70b-versatile" },
    ];
    expect(await accountsOf(...others)).toEqual([undefined, undefined, undefined, undefined]);
    expect(spanAccounts(worldWith(places({}, ...others)).config.deployments)).toBe(false);
  });
});

/** One attempt at the first of these places. */
async function attemptAt(deps: Deps, body: object, route = RESPONSES): Promise<Attempt> {
  const call = await callIn(deps, { route, body: { input: "Hi", ...body } });
  const [deployment] = call.group.deployments;
  const provider = findProvider(deployment?.provider ?? "");
  if (deployment === undefined || provider === undefined) throw new Error("nobody to ask");
  const owner = { accountId: "a", userId: null };
  const given = { call, deployment, provider, owner, attempts: 1 };
  return { ...given, outputTokensMax: undefined, previousId: undefined };
}

describe("an answer over Responses", () => {
  async function sealing(body: object, all: Place[], route = RESPONSES) {
    const deps = worldWith(places(...all));
    const attempt = await attemptAt(deps, body, route);
    const { provider, deployment, owner } = attempt;
    const asked: Asked = {
      attempt,
      dialect: provider.dialect(deployment, route.dialect.name),
      dropped: [],
      request: new AbortController(),
      connected: () => undefined,
      timeouts: { connectMs: undefined, answerMs: 1_000, idleMs: 1_000, streamEndMs: undefined },
      seen: { accepted: false, usage: undefined },
      upstream: {
        deployment,
        dialect: "openai-responses",
        stream: false,
        betas: [],
        anthropicVersion: undefined,
      },
    };
    return { found: await sealingOf(asked, deps), deployment, owner, deps };
  }

  it("keeps every byte when nothing is kept and there is one account", async () => {
    const { found } = await sealing({ store: false }, [{}]);
    expect(found && rewritesBytes(found)).toBe(false);
    expect(found?.thoughts).toMatchObject({ kind: "account", allMarked: false });
  });

  it.each([{}, { store: true }, { store: null }])("gets an id of ours with %j", async (body) => {
    const { found, deployment, owner, deps } = await sealing(body, [{}]);
    expect(found && rewritesBytes(found)).toBe(true);
    const sealed = (await found?.sealId?.("resp_1")) ?? "";
    expect(await openResponseId(sealed, owner, deps.signer)).toEqual({
      vendorAccount: found?.vendorAccount,
      id: "resp_1",
      deploymentId: deployment.id,
    });
  });

  it("marks thoughts where another deployment of the model could not read them", async () => {
    const two = await sealing({ store: false }, [{}, { api_key: "sk-b" }]);
    expect(two.found).toMatchObject({ marksThoughts: true, thoughts: { allMarked: true } });
    const thoughtless = { model: "openai/gpt-4.1" };
    const plain = await sealing({ store: false }, [thoughtless, { ...thoughtless, api_key: "b" }]);
    expect(plain.found && rewritesBytes(plain.found)).toBe(false);
  });

  it("is nothing to a caller who is answered in another grammar", async () => {
    const { found } = await sealing({}, [{}], OPENAI);
    expect(found).toBeUndefined();
    const translated = await sealing({}, [{ model: "openai/responses/gpt-5" }], OPENAI);
    expect(translated.found).toMatchObject({ isTranslated: true, sealId: undefined });
  });
});

describe("a streamed answer", () => {
  const response = { id: "resp_1", object: "response", output: [] };
  const stream = () =>
    sse(
      { type: "response.created", response },
      { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "Hi" },
      { type: "response.completed", response: { ...response, status: "completed" } },
    );

  async function streamed(body: object, all: Place[]) {
    const deps = worldWith(places(...all), async () => stream());
    const result = await attemptAnswer(await attemptAt(deps, { stream: true, ...body }), deps);
    if (!result.ok || result.answer.kind !== "streamed") throw new Error("it did not stream");
    return result.answer;
  }

  it("moves natively when the vendor keeps nothing of it", async () => {
    const { forward, heldBack } = await streamed({ store: false }, [{}]);
    expect(forward).toBeDefined();
    expect(heldBack[0]?.events).toMatchObject([{ type: "start", id: "resp_1" }]);
  });

  it.each<[object, Place[]]>([
    [{}, [{}]],
    [{ store: false }, [{}, { api_key: "sk-b" }]],
  ])("is rewritten where it has to be (%j)", async (body, all) => {
    expect((await streamed(body, all)).forward).toBeUndefined();
  });

  it("is known by the caller's id from its first event to its last", async () => {
    const answer = await streamed({}, [{}]);
    const frames = [...answer.heldBack];
    for (let more = await answer.stream.next(); more; more = await answer.stream.next())
      frames.push(...more);
    const text = JSON.stringify(frames);
    expect(text).not.toContain("resp_1");
    expect(new Set(text.match(/resp_sk\w+/g))).toHaveLength(1);
    // Words are passed on as they came.
    expect(frames[1]?.frame?.data).toContain('"delta":"Hi"');
  });
});
