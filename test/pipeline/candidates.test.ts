import { describe, expect, it } from "vitest";
import { findCandidates } from "../../src/pipeline/candidates.ts";
import { thrownBy } from "../core/thrown.ts";
import { answers, callIn, gptAt, newKey, OPENAI, vendors, worldWith } from "./world.ts";
import { callOver, lineWith } from "./line.ts";

const TAGGED = {
  model_list: [
    gptAt("free", { tags: ["free"] }),
    gptAt("paid", { tags: ["paid"] }),
    gptAt("rest", { tags: ["default"] }),
  ],
  router_settings: { enable_tag_filtering: true },
};

async function idsFor(config: object, body: object, keyTags: string[] = []): Promise<string[]> {
  const deps = worldWith(config);
  const call = await callIn(deps, { body });
  call.terms = { ...call.terms, keyTags };
  const found = findCandidates(call);
  return found.map(({ deployment }) => deployment.id);
}

describe("tags", () => {
  it.each([
    [["free"], ["free"]],
    [
      ["free", "paid"],
      ["free", "paid"],
    ],
    [[], ["rest"]],
    [["unknown"], ["rest"]],
  ])("%j are served by %j", async (tags, ids) => {
    expect(await idsFor(TAGGED, { metadata: { tags } })).toEqual(ids);
  });

  it("of the key count as the call's own", async () => {
    expect(await idsFor(TAGGED, {}, ["paid"])).toEqual(["paid"]);
    const { fetch, asked } = vendors({ paid: answers.whole });
    const { deps } = lineWith(fetch, TAGGED);
    const { key } = await newKey({ tags: ["paid"] });
    const body = { model: "gpt", max_tokens: 5, messages: [{ role: "user", content: "Hi" }] };
    expect((await callOver(OPENAI, deps, { key, body })).status).toBe(200);
    expect(asked).toEqual(["paid"]);
  });

  it("that nothing serves are a refusal and no lack of capacity", async () => {
    const config = { ...TAGGED, model_list: [gptAt("free", { tags: ["free"] })] };
    const deps = worldWith(config);
    const call = await callIn(deps, { body: { metadata: { tags: ["paid"] } } });
    const error = thrownBy(() => findCandidates(call));
    expect([error.code, error.row.status]).toEqual(["tags_denied", 401]);
    expect(error.message).toContain("Not allowed to access model due to tags configuration");
  });

  it("do nothing unless the operator wishes it", async () => {
    const { model_list } = TAGGED;
    const ids = await idsFor({ model_list }, { metadata: { tags: ["free"] } });
    expect(ids).toEqual(["free", "paid", "rest"]);
  });
});

describe("a prompt that is too long for some", () => {
  const config = {
    model_list: [gptAt("small", {}, { max_input_tokens: 100 }), gptAt("large")],
    router_settings: { enable_pre_call_checks: true },
  };
  const body = { messages: [{ role: "user", content: "word ".repeat(500) }] };

  it("is asked where it fits", async () => {
    expect(await idsFor(config, body)).toEqual(["large"]);
    expect(await idsFor(config, {})).toEqual(["small", "large"]);
  });

  it("is told to be too long where it fits nowhere, in words that agents heal themselves by", async () => {
    const [small] = config.model_list;
    const deps = worldWith({ ...config, model_list: [small] });
    const call = await callIn(deps, { body });
    const error = thrownBy(() => findCandidates(call));
    expect(error.code).toBe("context_length_exceeded");
    expect(error.message).toContain("prompt is too long");
  });
});
