import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { holdState } from "../../scripts/lib/hold-state.ts";

const state = mkdtempSync(path.join(tmpdir(), "sekisho-state-"));
const running: ChildProcess[] = [];

// Each start bundles the Worker anew: two seconds, and many more while all the other tests run.
vi.setConfig({ testTimeout: 120_000 });

afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(state, { recursive: true, force: true });
});

/** Starts the gateway as `npm start` does; `ready` resolves to everything it printed by then. */
function start(port: number, settings: Record<string, string> = {}) {
  const { LITELLM_MASTER_KEY: _, ...environment } = process.env;
  const child = spawn(process.execPath, ["scripts/start.mjs"], {
    env: { ...environment, PORT: String(port), SEKISHO_STATE: state, ...settings },
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

/** What a start printed that came to nothing. */
async function whyNot({ ready, ended }: ReturnType<typeof start>): Promise<string> {
  await ready.catch(() => undefined);
  const { code, printed } = await ended;
  expect(code).toBe(1);
  return printed;
}

function makeFolder(name: string): string {
  const folder = path.join(state, name);
  mkdirSync(folder);
  return folder;
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
  expect(printed).toMatch(/Models +demo\n/);
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

it("does not start on the state of a gateway that is running", async () => {
  const folder = makeFolder("held");
  await holdState(folder);
  const printed = await whyNot(start(await freePort(), { SEKISHO_STATE: folder }));
  expect(printed).toContain(`A gateway is running on the state in ${folder}. Stop it, or set`);
});

it("names what is wrong with its own settings, once", async () => {
  const secrets = { LITELLM_MASTER_KEY: "hunter2", SEKISHO_KEY_SECRET: "short" };
  const settings = { SEKISHO_STATE: makeFolder("misled"), ...secrets };
  const printed = await whyNot(start(await freePort(), settings));
  expect(printed.split("\n").slice(-3)).toEqual([
    "LITELLM_MASTER_KEY must start with sk-.",
    "SEKISHO_KEY_SECRET needs at least 32 characters.",
    "",
  ]);
});

it("keeps secrets that it cannot read, and says where they are", async () => {
  const folder = makeFolder("damaged");
  const file = path.join(folder, "secrets.json");
  writeFileSync(file, "{");
  const printed = await whyNot(start(await freePort(), { SEKISHO_STATE: folder }));
  expect(printed).toContain(`${file} holds the gateway's secrets and cannot be read`);
  expect(readFileSync(file, "utf8")).toBe("{");
});

it.each([
  [{ HOST: "nowhere.invalid" }, /HOST is "nowhere\.invalid", where nothing can listen here/],
  [{ SEKISHO_STATE: "package.json" }, /State cannot be kept in .*package\.json \(EEXIST\)/],
])("says what to set instead of %j", async (settings, message) => {
  expect(await whyNot(start(await freePort(), settings))).toMatch(message);
});

it("says so when the port is taken", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo;
  const printed = await whyNot(start(port));
  holder.close();
  expect(printed).toContain(`Port ${port} is taken`);
});
