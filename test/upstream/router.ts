import { aiStudio } from "./ai-studio.ts";
import { anthropic } from "./anthropic.ts";
import { azure } from "./azure.ts";
import { bedrock } from "./bedrock.ts";
import { compatible } from "./compatible.ts";
import { datadog } from "./datadog.ts";
import type { Exchange, Outcome } from "./exchange.ts";
import { googleToken } from "./google-token.ts";
import { openai } from "./openai.ts";
import { others } from "./others.ts";
import type { State } from "./state.ts";
import { vertex } from "./vertex.ts";

/** The first path segment stands for the vendor's host name. Undefined when nobody lives there. */
export function route(exchange: Exchange, state: State): Outcome | undefined {
  const { credentials } = state;
  const at = exchange.path.indexOf("/", 1);
  const [host, path] =
    at < 0 ? [exchange.path, "/"] : [exchange.path.slice(0, at), exchange.path.slice(at)];
  switch (host) {
    case "/bedrock":
      return bedrock(exchange, path, state);
    case "/anthropic":
      return anthropic(exchange, path, state);
    case "/vertex":
      return vertex(exchange, path, state);
    case "/aistudio":
      return aiStudio(exchange, path, state);
    case "/token":
      return googleToken(exchange, credentials.google, state.tokens);
    case "/azure":
      return azure(exchange, path, state);
    case "/openai":
      return openai(exchange, path, state);
    case "/compatible":
      return compatible(exchange, path, state);
    case "/datadog":
      return datadog(exchange, path, credentials.datadogApiKey, state.datadog);
    default:
      return others(exchange, host, path, state);
  }
}
