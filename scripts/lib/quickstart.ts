import { setTimeout as sleep } from "node:timers/promises";

/** A cold start takes about a second; ten leave room for a busy machine. */
const readyWithinMs = 10_000;

/** Resolves when the gateway says it can serve, and throws with its own words when it does not. */
export async function waitUntilReady(url: string) {
  const deadlineMs = Date.now() + readyWithinMs;
  for (;;) {
    const response = await fetch(`${url}/health/readiness`);
    if (response.status === 200) return;
    const said = await response.text();
    if (Date.now() > deadlineMs) {
      throw new Error(`GET /health/readiness answers ${response.status}: ${said}`);
    }
    await sleep(100);
  }
}

/** Whether the gateway still knows a key: it may have been deleted since it was saved. */
export async function isKnownKey(url: string, key: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${key}` };
  return (await fetch(`${url}/v1/models`, { headers })).status === 200;
}

/** Makes a virtual key named quickstart, or quickstart-<number> when that name is taken. */
export async function createKey(url: string, masterKey: string): Promise<string> {
  const first = await generate(url, masterKey, "quickstart");
  const { key, problem } = first.key
    ? first
    : await generate(url, masterKey, `quickstart-${Date.now()}`);
  if (!key) throw new Error(`No virtual key could be made. ${problem}`);
  return key;
}

async function generate(url: string, masterKey: string, alias: string) {
  const response = await fetch(`${url}/key/generate`, {
    method: "POST",
    headers: { authorization: `Bearer ${masterKey}`, "content-type": "application/json" },
    body: JSON.stringify({ key_alias: alias }),
  });
  const text = await response.text();
  const body: unknown = response.ok ? JSON.parse(text) : undefined;
  const key = typeof body === "object" && body && "key" in body ? String(body.key) : undefined;
  return { key, problem: `POST /key/generate answered ${response.status}: ${text}` };
}

interface Introduction {
  url: string;
  key: string;
  model: string;
  /** Given only when we made it; otherwise the operator knows it. */
  masterKey: { key: string; file: string } | undefined;
}

/** What a newcomer sees. */
export function introduce({ url, key, model, masterKey }: Introduction): string {
  const body = { model, stream: true, messages: [{ role: "user", content: "Hello!" }] };
  const generated = masterKey && [
    `  Master key    ${masterKey.key}`,
    `                generated; kept in ${masterKey.file}`,
  ];
  return [
    "",
    `Sekisho is ready at ${url}`,
    "",
    ...(generated ?? []),
    `  Virtual key   ${key}`,
    "",
    "Try it:",
    "",
    `  curl -N ${url}/v1/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d '${JSON.stringify(body)}'`,
    "",
    "Claude Code:",
    "",
    `  export ANTHROPIC_BASE_URL=${url}`,
    `  export ANTHROPIC_AUTH_TOKEN=${key}`,
    "",
    "Ctrl-C stops it.",
    "",
  ].join("\n");
}
