import { describe, expect, it } from "vitest";
import { load, problemsOf, warningsOf } from "./sample.ts";

function model(name: string, params: Record<string, unknown> = { model: "demo/demo" }) {
  return { model_name: name, litellm_params: params };
}

describe("secrets", () => {
  const SECRET = "sk-CANARY-8f2c";

  it("written into the file are warned of", () => {
    const raw = {
      model_list: [model("a", { model: "openai/gpt-4o", api_key: SECRET })],
      credential_list: [
        { credential_name: "c", credential_values: { aws_secret_access_key: SECRET } },
      ],
      environment_variables: { DD_API_KEY: SECRET, DD_SITE: "datadoghq.eu" },
    };
    expect(load(raw).warnings.map((one) => one.path)).toEqual([
      "model_list[0].litellm_params.api_key",
      "credential_list[0].credential_values.aws_secret_access_key",
      "environment_variables.DD_API_KEY",
    ]);
  });

  it("appear in no message, however wrong the file is", () => {
    const wrong = {
      model_list: [
        model("a", { model: "openai/gpt-4o", api_key: [SECRET], rpm: SECRET, timeout: SECRET }),
        model("b", { model: "vertex_ai/gemini-2.5-pro", vertex_credentials: SECRET }),
        model("c", { model: "openai/gpt-4o", input_cost_per_token: SECRET, drop_params: SECRET }),
        { model_name: [SECRET], litellm_params: SECRET },
      ],
      general_settings: { master_key: SECRET, max_request_size_mb: SECRET },
      sekisho_settings: { unpriced_models: SECRET, budget_wait_ms: SECRET },
      litellm_settings: { timezone: SECRET, callbacks: { a: SECRET } },
      credential_list: [{ credential_name: "c", credential_values: SECRET }],
      environment_variables: SECRET,
    };
    const environment = { KEY: SECRET };
    for (const raw of [
      wrong,
      { ...wrong, model_list: wrong.model_list.slice(1, 3) },
      {
        model_list: wrong.model_list.slice(1, 2),
        litellm_settings: { timezone: "os.environ/KEY" },
      },
    ]) {
      expect(
        JSON.stringify([problemsOf(raw, environment), warningsOf(raw, environment)]),
      ).not.toContain(SECRET);
    }
  });
});
