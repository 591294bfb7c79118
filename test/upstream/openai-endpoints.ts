import { accept, refuse, strictBody, vectorOf } from "./embeddings.ts";
import { jsonReply } from "./exchange.ts";
import type { Exchange, Outcome, Vendor } from "./exchange.ts";
import { asArray, asString } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { countTokens } from "./tokens.ts";

/** Vendors that only know floats, and call the size of a vector otherwise. */
const WITHOUT_BASE64 = new Set(["mistral", "together"]);

/**
 * OpenAI's endpoints beside the conversation, and reranking as compatible servers have it. `path` comes
 * after the base, `/embeddings`; undefined when it is none of them.
 */
export function openaiEndpoints(
  exchange: Exchange,
  path: string,
  name: string,
): Outcome | undefined {
  const vendor: Vendor = name === "openai" || name === "azure" ? name : "others";
  const place = { vendor, ...(vendor === "others" && { deployment: name }) };
  const complain = (message: string): Outcome =>
    refuse({
      ...place,
      model: "",
      status: 400,
      message,
      error: { error: { message, type: "invalid_request_error", param: null, code: null } },
    });
  switch (path) {
    case "/embeddings":
      return embeddings(exchange, place, name, complain);
    case "/moderations":
      return moderations(exchange, place, complain);
    case "/rerank":
      return rerank(exchange, place, complain);
    case "/images/generations":
      return images(exchange, place, complain);
    case "/audio/speech":
      return speech(exchange, place, complain);
    case "/audio/transcriptions":
      return transcriptions(exchange, place, complain);
    default:
      return undefined;
  }
}

type Place = { vendor: Vendor; deployment?: string };
type Complain = (message: string) => Outcome;

function embeddings(exchange: Exchange, place: Place, name: string, complain: Complain): Outcome {
  const isMistral = name === "mistral";
  const known = isMistral
    ? ["model", "input", "output_dimension", "output_dtype"]
    : ["model", "input", "dimensions", "encoding_format", "user"];
  const body = strictBody(exchange.body, known);
  if (typeof body === "string") return complain(body);
  const texts = textsOf(body["input"]);
  if (texts === undefined) return complain("'$.input' is invalid.");
  const size = Number(body["dimensions"] ?? body["output_dimension"] ?? 8);
  const isPacked = body["encoding_format"] === "base64" && !WITHOUT_BASE64.has(name);
  const data = texts.map((text, index) => ({
    object: "embedding",
    index,
    embedding: isPacked ? packed(vectorOf(text, size)) : vectorOf(text, size),
  }));
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  const model = asString(body["model"]);
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return accept({ ...place, model }, () => jsonReply(200, { object: "list", data, model, usage }));
}

/** Token numbers are text of their own. */
function textsOf(input: unknown): string[] | undefined {
  if (typeof input === "string") return input === "" ? undefined : [input];
  const items = asArray(input);
  if (items.length === 0) return undefined;
  if (items.every((item) => typeof item === "number")) return [items.join(" ")];
  return items.map((item) => (typeof item === "string" ? item : asArray(item).join(" ")));
}

function packed(vector: number[]): string {
  return Buffer.from(new Float32Array(vector).buffer).toString("base64");
}

function moderations(exchange: Exchange, place: Place, complain: Complain): Outcome {
  const body = strictBody(exchange.body, ["model", "input"]);
  if (typeof body === "string") return complain(body);
  const texts = textsOf(body["input"]) ?? [];
  const results = texts.map((text) => ({
    flagged: text.includes("violence"),
    categories: { violence: text.includes("violence") },
    category_scores: { violence: text.includes("violence") ? 0.9 : 0.01 },
  }));
  const model = asString(body["model"]);
  return accept({ ...place, model }, () => jsonReply(200, { id: "modr-1", model, results }));
}

function rerank(exchange: Exchange, place: Place, complain: Complain): Outcome {
  const body = strictBody(exchange.body, ["model", "query", "documents", "top_n"]);
  if (typeof body === "string") return complain(body);
  const documents = asArray(body["documents"]).map(asString);
  const results = documents.map((document, index) => ({
    index,
    relevance_score: document.length / 1000,
  }));
  const tokens = documents.reduce((sum, text) => sum + countTokens(text), 0);
  return accept({ ...place, model: asString(body["model"]) }, () =>
    jsonReply(200, { id: "rerank-1", results, usage: { total_tokens: tokens } }),
  );
}

function images(exchange: Exchange, place: Place, complain: Complain): Outcome {
  const body = strictBody(exchange.body, [
    "model",
    "prompt",
    "n",
    "size",
    "quality",
    "response_format",
    "user",
  ]);
  if (typeof body === "string") return complain(body);
  const data = Array.from({ length: Number(body["n"] ?? 1) }, () => ({ b64_json: "aGVsbG8=" }));
  const isCounted = asString(body["model"]).startsWith("gpt-image");
  const input = countTokens(asString(body["prompt"]));
  const usage: JsonObject = {
    input_tokens: input,
    output_tokens: 1056 * data.length,
    total_tokens: 0,
  };
  return accept({ ...place, model: asString(body["model"]) }, () =>
    jsonReply(200, { created: 1_700_000_000, data, ...(isCounted && { usage }) }),
  );
}

function speech(exchange: Exchange, place: Place, complain: Complain): Outcome {
  const body = strictBody(exchange.body, [
    "model",
    "input",
    "voice",
    "response_format",
    "speed",
    "instructions",
  ]);
  if (typeof body === "string") return complain(body);
  if (asString(body["voice"]) === "") return complain("voice: Field required");
  // Bytes that are no text, so that whoever decodes them is noticed.
  const opening = Buffer.from([0xff, 0xfb, 0x90, 0x00]);
  const spoken = asString(body["input"]).split(/(?<= )/u);
  return accept({ ...place, model: asString(body["model"]) }, () => ({
    kind: "stream",
    headers: { "content-type": "audio/mpeg" },
    chunks: [opening, ...spoken.map((word) => Buffer.from(word))],
  }));
}

function transcriptions(exchange: Exchange, place: Place, complain: Complain): Outcome {
  const type = exchange.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data; boundary="))
    return complain("Invalid Content-Type header; expected multipart/form-data");
  const raw = exchange.rawBody.toString("latin1");
  const fields = new Map(
    [
      ...raw.matchAll(
        /name="([^"]+)"(; filename="[^"]*")?(?:\r\n[^\r]+)*\r\n\r\n([\s\S]*?)\r\n--/gu,
      ),
    ].map(([, name = "", , value = ""]) => [name, value]),
  );
  const model = fields.get("model") ?? "";
  const file = fields.get("file");
  if (model === "" || file === undefined) return complain("you must provide a model and a file");
  const text = `heard ${file.length} bytes`;
  if (fields.get("response_format") === "text") {
    return accept({ ...place, model }, () => ({
      kind: "reply",
      status: 200,
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: `${text}\n`,
    }));
  }
  return accept({ ...place, model }, () =>
    jsonReply(200, { text, usage: { type: "duration", seconds: 9 } }),
  );
}
