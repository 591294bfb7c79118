import { createHash } from "node:crypto";
import { realpathSync, rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "./config-file.ts";

/**
 * Two gateways on one folder would each keep books of their own in the same files. Who holds a folder
 * listens on a socket named after it: a process that is killed lets go of that, while a file with its
 * number would stay behind.
 */
export async function holdState(folder: string) {
  const socket = socketOf(folder);
  if (!(await isLetGo(socket))) {
    throw new ConfigError(
      `A gateway is running on the state in ${folder}. Stop it, or set SEKISHO_STATE to another folder.`,
    );
  }
  rmSync(socket, { force: true });
  const server = createServer((connection) => connection.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
  server.unref();
}

/** One that is stopping delivers its last records first, which takes about two seconds. */
const patienceMs = 4_000;

async function isLetGo(socket: string): Promise<boolean> {
  const deadlineMs = Date.now() + patienceMs;
  while (await isHeld(socket)) {
    if (Date.now() > deadlineMs) return false;
    await sleep(200);
  }
  return true;
}

/** Not in the folder itself, because a socket's path may have hardly more than a hundred characters. */
function socketOf(folder: string): string {
  const name = createHash("sha256").update(realpathSync(folder)).digest("hex").slice(0, 16);
  return path.join(tmpdir(), `sekisho-${name}.sock`);
}

function isHeld(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", () => resolve(false));
  });
}
