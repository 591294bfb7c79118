import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "./config-file.ts";
import { modelToTry, type ModelStanding } from "./models.ts";

/** A cold start takes about a second; ten leave room for a busy machine. */
const readyWithinMs = 10_000;

/**
 * Resolves when the gateway says it can serve, and throws with its own words when it does not.
 * Callers are not told what is wrong with its settings; its log is, and so is `problems`.
 */
export async function waitUntilReady(url: string, problems: ReadonlySet<string>) {
  const deadlineMs = Date.now() + readyWithinMs;
  for (;;) {
    const response = await fetch(`${url}/health/readiness`);
    if (response.status === 200) return;
    const said = await response.text();
    if (problems.size > 0) throw new ConfigError([...problems].map((one) => `${one}.`).join("\n"));
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
  models: readonly ModelStanding[];
  /** Given only when we made it; otherwise the operator knows it. */
  masterKey: { key: string; file: string } | undefined;
}

/** What a newcomer sees. */
export function introduce({ url, key, models, masterKey }: Introduction): string {
  const generated = [
    `  Master key    ${masterKey?.key}`,
    `                generated; kept in ${masterKey?.file}`,
  ];
  const usable = models.filter((one) => one.usable > 0);
  return [
    "",
    `Sekisho is ready at ${url}`,
    "",
    ...(masterKey ? generated : []),
    `  Virtual key   ${key}`,
    ...listed("Models", usable.map(shown)),
    ...listed("Not yet", models.filter((one) => one.usable === 0).map(shown)),
    "",
    ...(usable.length === 0 ? toDoFirst(models) : toTry(url, key, usable)),
    "",
    "Ctrl-C stops it.",
    "",
  ].join("\n");
}

function toTry(url: string, key: string, usable: readonly ModelStanding[]): string[] {
  const model = modelToTry(usable) ?? "NAME_OF_A_MODEL";
  const body = { model, stream: true, messages: [{ role: "user", content: "Hello!" }] };
  return [
    "Try it:",
    "",
    `  curl -N ${url}/v1/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d '${JSON.stringify(body)}'`,
    "",
    "Claude Code:",
    "",
    `  export ANTHROPIC_BASE_URL=${url}`,
    `  export ANTHROPIC_AUTH_TOKEN=${key}`,
    // It asks for Claude by name, whatever else is there.
    ...(usable.some(({ name }) => /claude|\*/.test(name)) ? [] : claudeInstead(model)),
  ];
}

function claudeInstead(model: string): string[] {
  return [`  export ANTHROPIC_MODEL=${model}   # until a Claude can be called`];
}

function toDoFirst(models: readonly ModelStanding[]): string[] {
  const todo = models.length > 0 ? "Set what one waits for" : "Write one into model_list";
  return [`No model can be called yet. ${todo}, and start again.`];
}

/** Long configurations exist; what is left out is counted, and told to whoever asks /v1/models. */
const linesMax = 8;

function listed(title: string, lines: readonly string[]): string[] {
  const left = lines.length - linesMax;
  const all = left > 0 ? [...lines.slice(0, linesMax), `and ${left} more`] : lines;
  return all.map((line, index) => `  ${(index === 0 ? title : "").padEnd(14)}${line}`);
}

function shown({ name, deployments, usable, toSet }: ModelStanding): string {
  if (toSet.length === 0) return name;
  const some = usable > 0 ? ` (${usable} of ${deployments} deployments)` : "";
  return `${name}${some} waits for ${toSet.join(", ")}`;
}
