import { execFile } from "node:child_process";
import { access, mkdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const cache = path.resolve(import.meta.dirname, "../../.cache/clients");

/** Installs a command line client once per version; returns the folder of its commands. */
export async function installClient(pinned: string): Promise<string> {
  const home = path.join(cache, pinned.replaceAll(/[^\w.-]/gu, "_"));
  const commands = path.join(home, "node_modules/.bin");
  try {
    await access(commands);
  } catch {
    await mkdir(home, { recursive: true });
    // Clients bring their program by an install script of their own; the version is pinned.
    await promisify(execFile)(
      "npm",
      ["install", "--prefix", home, "--no-fund", "--no-audit", "--foreground-scripts", pinned],
      { maxBuffer: 64 * 1024 * 1024 },
    );
  }
  return commands;
}
