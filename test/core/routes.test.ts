import { expect, it } from "vitest";
import { mayCallRoute } from "../../src/core/routes.ts";

it.each<[string[], string, boolean]>([
  [[], "/v1/chat/completions", true],
  [["llm_api_routes"], "/v1/chat/completions", true],
  [["llm_api_routes"], "/v1/messages", true],
  [["llm_api_routes"], "/v1/messages/count_tokens", true],
  [["llm_api_routes"], "/v1/models", true],
  [["llm_api_routes"], "/v1beta/models:generateContent", true],
  [["llm_api_routes"], "/bedrock/model/{model}/converse", true],
  [["llm_api_routes"], "/publishers/anthropic/models:rawPredict", true],
  [["llm_api_routes"], "/key/generate", false],
  [["llm_api_routes"], "/model/new", false],
  [["llm_api_routes"], "/v1/model/info", true],
  [["openai_routes"], "/v1/messages", false],
  [["openai_routes"], "/v1/embeddings", true],
  [["openai_routes"], "/v1/images/generations", true],
  [["anthropic_routes"], "/v1/messages", true],
  [["anthropic_routes"], "/v1/chat/completions", false],
  [["info_routes"], "/v1/chat/completions", false],
  [["info_routes"], "/v1/models", true],
  [["info_routes"], "/key/info", true],
  [["info_routes"], "/key/generate", false],
  [["management_routes"], "/key/generate", true],
  [["management_routes"], "/v1/chat/completions", false],
  [["/chat/completions"], "/v1/chat/completions", true],
  [["/v1/chat/completions"], "/v1/chat/completions", true],
  [["/v1/chat/completions"], "/v1/embeddings", false],
  [["/key/*"], "/key/generate", true],
  [["/key/*"], "/keys", false],
  [["/v1/*"], "/v1/chat/completions", true],
  [["/v1/*"], "/key/generate", false],
  [["constructor"], "/v1/messages", false],
])("%o lets a key call %s: %s", (allowed, path, expected) => {
  expect(mayCallRoute(allowed, path)).toBe(expected);
});
