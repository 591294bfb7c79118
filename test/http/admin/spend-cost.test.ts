import { describe, expect, it } from "vitest";
import { loaded } from "../../core/config/sample.ts";
import { createAdmin } from "./admin.ts";

/** Three dollars a million in, fifteen out, thirty cents from the cache. */
const priced = {
  model: "openai/gpt-x",
  api_key: "k",
  input_cost_per_token: 3e-6,
  output_cost_per_token: 15e-6,
  cache_read_input_token_cost: 3e-7,
};

const { post } = createAdmin({
  config: loaded({
    model_list: [
      { model_name: "smart", litellm_params: priced },
      {
        model_name: "free-of-price",
        litellm_params: { model: "openai/nobody-knows", api_key: "k" },
      },
    ],
  }),
});

describe("POST /spend/calculate", () => {
  it.each(["smart", "gpt-x", "openai/gpt-x"])(
    "prices a completion of %s by its usage",
    async (model) => {
      const usage = {
        prompt_tokens: 1_000,
        completion_tokens: 100,
        total_tokens: 1_100,
        prompt_tokens_details: { cached_tokens: 500 },
      };
      const { body } = await post("/spend/calculate", { completion_response: { model, usage } });
      expect(body).toEqual({ cost: 0.003_15 });
    },
  );

  it("prices a prompt by an estimate, which is more for more words", async () => {
    const costOf = async (content: string) => {
      const messages = [{ role: "user", content }];
      return (await post("/spend/calculate", { model: "smart", messages })).body["cost"];
    };
    const [short, long] = [await costOf("hi"), await costOf("hi ".repeat(1_000))];
    expect(short).toBeGreaterThan(0);
    expect(long).toBeGreaterThan(0.003);
  });

  it.each([
    [{}, 400, "model"],
    [{ model: "smart" }, 400, "messages"],
    [{ model: "smart", completion_response: {} }, 400, "completion_response"],
    [{ model: "nope", messages: [] }, 400, "model"],
    [{ model: "free-of-price", messages: [] }, 400, "model"],
  ])("refuses %j", async (wish, status, param) => {
    expect(await post("/spend/calculate", wish)).toMatchObject({
      status,
      body: { error: { param } },
    });
  });
});

describe("POST /cost/estimate", () => {
  it("tells what such calls cost each, by day and by month", async () => {
    const wish = { model: "smart", input_tokens: 1_000, output_tokens: 100 };
    const { body } = await post("/cost/estimate", { ...wish, num_requests_per_day: 10 });
    expect(body).toEqual({
      ...wish,
      num_requests_per_day: 10,
      num_requests_per_month: null,
      cost_per_request: 0.0045,
      input_cost_per_request: 0.003,
      output_cost_per_request: 0.0015,
      margin_cost_per_request: 0,
      daily_cost: 0.045,
      daily_input_cost: 0.03,
      daily_output_cost: 0.015,
      daily_margin_cost: 0,
      monthly_cost: null,
      monthly_input_cost: null,
      monthly_output_cost: null,
      monthly_margin_cost: null,
      input_cost_per_token: 3e-6,
      output_cost_per_token: 15e-6,
      provider: "openai",
    });
  });

  it("names a count that is none", async () => {
    expect(
      await post("/cost/estimate", { model: "smart", input_tokens: -1, output_tokens: 1 }),
    ).toMatchObject({ status: 400, body: { error: { param: "input_tokens" } } });
  });
});
