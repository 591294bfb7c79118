import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";

const state = mkdtempSync(path.join(tmpdir(), "sekisho-state-"));
const running: ChildProcess[] = [];

afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(state, { recursive: true, force: true });
});

/** Starts the gateway as `npm start` does; `ready` resolves to everything it printed by then. */
function start(port: number, folder = state) {
  const { LITELLM_MASTER_KEY: _, ...environment } = process.env;
  const child = spawn(process.execPath, ["scripts/start.mjs"], {
    env: { ...environment, PORT: String(port), SEKISHO_STATE: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let printed = "";
  const ended = once(child, "close").then(([code]) => ({ code: code as number, printed }));
  const ready = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes("Ctrl-C stops it.")) resolve(printed);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("close", () => reject(new Error(printed)));
  });
  return { child, ready, ended };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function keyIn(printed: string): string | undefined {
  return /Virtual key +(\S+)/.exec(printed)?.[1];
}

it("introduces itself, serves, stops on SIGTERM, and keeps its keys", async () => {
  const port = await freePort();
  const first = start(port);
  const printed = await first.ready;
  expect(printed).toMatch(/Master key +sk-[\w-]{43}\n/);
  expect(printed).toContain(`ANTHROPIC_BASE_URL=http://127.0.0.1:${port}`);
  expect((await fetch(`http://127.0.0.1:${port}/health/readiness`)).status).toBe(200);
  expect(statSync(path.join(state, "secrets.json")).mode & 0o777).toBe(0o600);

  first.child.kill("SIGTERM");
  expect((await first.ended).code).toBe(0);
  await expect(fetch(`http://127.0.0.1:${port}/health/readiness`)).rejects.toThrow();

  const second = start(port);
  expect(keyIn(await second.ready)).toBe(keyIn(printed));
  second.child.kill("SIGTERM");
  await second.ended;
});

it("says so when the port is taken", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo;
  const { ended, ready } = start(port);
  await ready.catch(() => undefined);
  const { code, printed } = await ended;
  holder.close();
  expect(code).toBe(1);
  expect(printed).toContain(`Port ${port} is taken`);
});
