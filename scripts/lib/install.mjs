// Runs before any package is there, on whatever Node the machine has: standard library only.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = path.join(root, "node_modules", ".bin");

/** The Node that package.json pins. wrangler needs 22.12, and many machines have an older one. */
const pinnedNode = path.join(bin, "node");

/** Installs what package-lock.json asks for and node_modules does not hold. */
export function installMissing() {
  if (!isInstalled()) {
    process.stderr.write("Installing packages; the first time takes about a minute …\n");
    const install = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", 2, 2],
    });
    if (install.status !== 0) {
      stop(
        "npm ci failed; what npm said stands above. Mend that (often it is the network), and start again.",
      );
    }
  }
  const { status } = spawnSync(pinnedNode, ["--version"], { stdio: "ignore" });
  if (status !== 0) {
    stop(
      "The pinned Node in node_modules does not run. Its install script was probably held back:\n" +
        "  run `npm rebuild node` (or `npm ci --ignore-scripts=false`) and try again.",
    );
  }
}

/** Compares versions, not dates: a checkout touches package-lock.json without changing it. */
function isInstalled() {
  const wanted = readLock("package-lock.json");
  const present = readLock("node_modules/.package-lock.json");
  if (!wanted || !present || !existsSync(pinnedNode)) return false;
  return Object.entries(wanted).every(
    ([name, entry]) => name === "" || isOptional(entry) || present[name]?.version === entry.version,
  );
}

function isOptional(entry) {
  return entry.optional === true || entry.devOptional === true;
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** The environment in which `node` is the pinned one and every tool of node_modules is found. */
export function toolEnvironment(extra = {}) {
  return {
    ...process.env,
    PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}`,
    WRANGLER_SEND_METRICS: "false",
    // The log file would keep what the terminal has already shown.
    WRANGLER_WRITE_LOGS: "false",
    WRANGLER_HIDE_BANNER: "true",
    ...extra,
  };
}

/**
 * Runs one tool of node_modules to its end, in the foreground. Resolves to its exit code.
 * The tool leads a process group of its own, so that nothing it started outlives it.
 */
export function runTool([command, ...args]) {
  const child = spawn(path.join(bin, command), args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: toolEnvironment(),
    detached: true,
  });
  const forward = (signal) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, forward);
  whenNpmIsGone(() => forward("SIGTERM"));
  return new Promise((resolve) => {
    child.once("error", (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      resolve(1);
    });
    child.once("exit", (code) => {
      endGroup(child.pid);
      resolve(code ?? 1);
    });
  });
}

/** npm runs scripts through a shell, which dies of a signal without passing it on. */
function whenNpmIsGone(callback) {
  const parent = process.ppid;
  if (!process.env.npm_lifecycle_event) return;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, 500);
  timer.unref();
}

function endGroup(leader) {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nobody is left in the group, as it should be.
  }
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
