import type { JsonObject } from "../core/json.ts";
import type { Envelope } from "../dialects/dialect.ts";
import { readEndUser } from "./end-user.ts";

/** What a request says about itself, for records and reports. Bounded, and never its content. */
export interface Attribution {
  tags: string[];
  endUser: string | null;
  sessionId: string | null;
  requesterIp: string | null;
  userAgent: string | null;
  /** Scalar parameters worth remembering: `temperature`, `max_tokens`. */
  parameters: JsonObject;
}

export function readAttribution(
  headers: Headers,
  body: JsonObject,
  envelope: Envelope,
  endUserHeaders: readonly string[] = [],
): Attribution {
  const userAgent = bounded(headers.get("user-agent"), USER_AGENT_CHARACTERS_MAX);
  return {
    tags: readTags(headers, envelope, userAgent),
    endUser: bounded(readEndUser(headers, body, envelope, endUserHeaders), NAME_CHARACTERS_MAX),
    sessionId: readSession(headers),
    requesterIp: headers.get("cf-connecting-ip"),
    userAgent,
    parameters: readParameters(body),
  };
}

/** LiteLLM's order of sources; its User-Agent tag included, because dashboards group by it. */
function readTags(headers: Headers, envelope: Envelope, userAgent: string | null): string[] {
  const fromHeader = (headers.get("x-litellm-tags") ?? "").split(",");
  const all = [...envelope.tags, ...fromHeader].map((tag) => clean(tag.trim())).filter(Boolean);
  const tags = [...new Set(all)].slice(0, TAGS_MAX).map((tag) => tag.slice(0, NAME_CHARACTERS_MAX));
  return userAgent === null ? tags : [...tags, `User-Agent: ${userAgent}`];
}

/** `x-litellm-trace-id`, `x-litellm-session-id`, then any vendor's own, as Claude Code and Codex send. */
function readSession(headers: Headers): string | null {
  const named = headers.get("x-litellm-trace-id") ?? headers.get("x-litellm-session-id");
  if (named !== null) return bounded(named, NAME_CHARACTERS_MAX);
  for (const [name, value] of headers) {
    if (/^(x-[a-z0-9-]+-)?session-id$/.test(name) && SESSION_ID.test(value)) {
      return bounded(value, NAME_CHARACTERS_MAX);
    }
  }
  return null;
}

const SESSION_ID = /^[A-Za-z0-9_-]{8,}$/;

function readParameters(body: JsonObject): JsonObject {
  const found: JsonObject = {};
  for (const name of REMEMBERED_PARAMETERS) {
    const value = body[name];
    if (typeof value === "number" || typeof value === "boolean") found[name] = value;
  }
  return found;
}

/** Numbers and switches only: a string parameter could carry anything. */
const REMEMBERED_PARAMETERS = [
  "temperature",
  "top_p",
  "top_k",
  "max_tokens",
  "max_completion_tokens",
  "max_output_tokens",
  "presence_penalty",
  "frequency_penalty",
  "seed",
  "stream",
  "parallel_tool_calls",
];

function bounded(value: string | null, charactersMax: number): string | null {
  return value === null ? null : clean(value).slice(0, charactersMax);
}

/** Control characters and the other line ends would forge lines in somebody's log viewer. */
function clean(value: string): string {
  return value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ");
}

const TAGS_MAX = 32;
const NAME_CHARACTERS_MAX = 256;
const USER_AGENT_CHARACTERS_MAX = 200;
