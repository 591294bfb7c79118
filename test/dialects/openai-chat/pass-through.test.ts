import { describe, expect, it } from "vitest";
import { isUsageOnlyFrame, restamp } from "../../../src/dialects/openai-chat/pass-through.ts";

describe("an answer with the asked name in it", () => {
  it.each([
    ['{"id":"1","model":"gpt-4o-2024-08-06","n":1.0}', '{"id":"1","model":"smart","n":1.0}'],
    ['{ "model" : "x" }', '{ "model" : "smart" }'],
    [
      '{"data":[{"embedding":[0.1]}],"model":"a\\"b"}',
      '{"data":[{"embedding":[0.1]}],"model":"smart"}',
    ],
    ['{"model":"$& $1"}', '{"model":"smart"}'],
    // What an answer says, or holds deeper inside, is not its model.
    [
      '{"choices":[{"text":"\\"model\\":\\"x\\"","model":"y"}],"model":"x"}',
      '{"choices":[{"text":"\\"model\\":\\"x\\"","model":"y"}],"model":"smart"}',
    ],
    [
      '{"model":"smart","seed":12345678901234567890}',
      '{"model":"smart","seed":12345678901234567890}',
    ],
  ])("is %s otherwise untouched", (answer, expected) => {
    expect(restamp(answer, "smart")).toBe(expected);
  });

  it.each(["[DONE]", '{"object":"list"}', '{"model":null}', '[{"model":"x"}]', '{"model":', ""])(
    "is %s as it came, where it names none",
    (answer) => {
      expect(restamp(answer, "smart")).toBe(answer);
    },
  );
});

it("a chunk that only counts tokens is told from one that says something", () => {
  const counts = '{"choices": [],"usage":{"prompt_tokens":1}}';
  const says = '{"choices":[{"delta":{"content":"\\"choices\\":[]"}}],"usage":{}}';
  expect([counts, says].map((data) => isUsageOnlyFrame({ data }))).toEqual([true, false]);
});
