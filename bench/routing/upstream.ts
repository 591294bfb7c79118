import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeFrame } from "../../test/upstream/eventstream.ts";
import { readPrompt, type Read } from "./prompt.ts";
import { emptyCounts, note, type Counts } from "./counts.ts";
import {
  createRegion,
  READING_MS_PER_TOKEN,
  REFUSAL_MS,
  type Quota,
  type Region,
} from "./vendor.ts";

/** Regions of Bedrock and Vertex with Claude behind quotas; each scenario has its own. */
export interface FakeUpstream {
  /** Where a scenario's regions are: `/<scenario>/<region>`. */
  url: string;
  serviceAccountJson: string;
  counts(scenario: string): Counts;
  /** From now on calls count. */
  startCounting(): void;
  stop(): Promise<void>;
}

export async function startFakeUpstream(
  quotas: Record<string, Record<string, Quota | undefined>>,
): Promise<FakeUpstream> {
  const regions = new Map<string, Region>();
  for (const [scenario, places] of Object.entries(quotas)) {
    for (const [place, quota] of Object.entries(places)) {
      regions.set(`${scenario}/${place}`, createRegion(quota));
    }
  }
  const counted = new Map<string, Counts>();
  let isCounting = false;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request);
    const [, scenario = "", place = "", ...rest] = (request.url ?? "").split("/");
    if (scenario === "token") return json(response, 200, TOKEN);
    const region = regions.get(`${scenario}/${place}`);
    if (region === undefined) return json(response, 404, { message: "no such region" });
    const isVertex = place === "vertex";
    const stream = rest
      .join("/")
      .endsWith(isVertex ? "streamRawPredict" : "invoke-with-response-stream");
    const read = readPrompt(text, stream);
    const taken = region.take(read, Date.now());
    if (isCounting) note(countsOf(scenario), place, read, taken?.cachedTokens);
    if (taken !== undefined) return answer(response, read, taken.cachedTokens, isVertex);
    await sleep(REFUSAL_MS);
    // Neither of them says when to come again.
    return isVertex
      ? json(response, 429, EXHAUSTED)
      : json(response, 429, THROTTLED, { "x-amzn-errortype": "ThrottlingException" });
  }

  function countsOf(scenario: string): Counts {
    const known = counted.get(scenario);
    if (known !== undefined) return known;
    const fresh = emptyCounts();
    counted.set(scenario, fresh);
    return fresh;
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((cause: unknown) => {
      // The gateway may have hung up; a fault of ours has to be seen.
      if (!response.headersSent) json(response, 500, { message: String(cause) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    serviceAccountJson: serviceAccount(url),
    counts: countsOf,
    startCounting: () => void (isCounting = true),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const TOKEN = { access_token: "token-of-the-bench", expires_in: 3_600, token_type: "Bearer" };
const THROTTLED = { message: "Too many requests, please wait before trying again." };
const EXHAUSTED = {
  error: { code: 429, message: "Resource exhausted.", status: "RESOURCE_EXHAUSTED" },
};

async function answer(
  response: ServerResponse,
  { tokens, firstTokenMs, totalMs, stream }: Read,
  cachedTokens: number,
  isVertex: boolean,
): Promise<void> {
  const readingMs = Math.round((tokens - cachedTokens) * READING_MS_PER_TOKEN);
  const usage = {
    input_tokens: 1,
    cache_read_input_tokens: cachedTokens,
    cache_creation_input_tokens: tokens - cachedTokens - 1,
  };
  const tookMs = readingMs + (stream ? firstTokenMs : totalMs);
  // The caller subtracts it from what it waited.
  const text = `took=${tookMs} `;
  await sleep(tookMs);
  const message = { id: "msg_bench", type: "message", role: "assistant", model: "claude" };
  if (!stream) {
    const content = [{ type: "text", text }];
    const whole = { ...message, content, stop_reason: "end_turn", stop_sequence: null };
    return json(response, 200, { ...whole, usage: { ...usage, output_tokens: 50 } });
  }
  const write = writerFor(response, isVertex);
  write("message_start", {
    message: {
      ...{ ...message, content: [], stop_reason: null, stop_sequence: null },
      usage: { ...usage, output_tokens: 1 },
    },
  });
  write("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
  write("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
  await sleep(totalMs - firstTokenMs);
  write("content_block_stop", { index: 0 });
  write("message_delta", {
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: 50 },
  });
  write("message_stop", {});
  response.end();
}

/** Server-sent events, or Amazon's frames. */
function writerFor(response: ServerResponse, isVertex: boolean) {
  response.writeHead(200, {
    "content-type": isVertex ? "text/event-stream" : "application/vnd.amazon.eventstream",
  });
  return (type: string, fields: object): void => {
    const event = JSON.stringify({ type, ...fields });
    if (isVertex) {
      response.write(`event: ${type}\ndata: ${event}\n\n`);
      return;
    }
    const headers = {
      ":event-type": "chunk",
      ":content-type": "application/json",
      ":message-type": "event",
    };
    const bytes = Buffer.from(event).toString("base64");
    response.write(encodeFrame(headers, JSON.stringify({ bytes })));
  };
}

function json(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  request.setEncoding("utf8");
  const pieces: string[] = [];
  for await (const piece of request) pieces.push(String(piece));
  return pieces.join("");
}

/** A service account whose tokens come from here, signed with a key nobody else has. */
function serviceAccount(url: string): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return JSON.stringify({
    type: "service_account",
    project_id: "bench",
    private_key_id: "bench",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    client_email: "bench@bench.iam.gserviceaccount.com",
    token_uri: `${url}/token`,
  });
}
