// `npm run check`, or some of it by name: `npm run check -- lint format`.
import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { installMissing, root, toolEnvironment } from "./lib/install.mjs";

const checks = {
  config: ["node", "scripts/build-config.mjs"],
  types: ["tsc", "--build", "--noEmit", "--pretty", "false"],
  lint: ["oxlint", "--type-aware", "--deny-warnings", "src", "test", "scripts", "bench"],
  format: ["oxfmt", "--check"],
};

installMissing();
const { config, ...rest } = chosen();
// Types and lint read the compiled configuration, so it comes first; the others run side by side.
const results = [config ? await run("config", config) : true];
results.push(...(await Promise.all(Object.entries(rest).map((entry) => run(...entry)))));
process.exitCode = results.every(Boolean) ? 0 : 1;

function chosen() {
  const names = process.argv.slice(2);
  if (names.length === 0) return checks;
  return Object.fromEntries(
    Object.entries(checks).filter(([name]) => names.some((wanted) => name.endsWith(wanted))),
  );
}

/** Prints a tool's words only when it is done, so that two tools never talk at once. */
function run(name, [command, ...args]) {
  const startedMs = Date.now();
  const child = spawn(command, args, { cwd: root, env: toolEnvironment(), stdio: "pipe" });
  const output = [];
  child.stdin.end();
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.on("error", (error) => output.push(Buffer.from(`${error.message}\n`)));
    child.on("close", (code) => {
      const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
      console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
      const said = Buffer.concat(output).toString();
      // oxlint paints even a pipe when CI is set.
      if (code !== 0) process.stdout.write(stripVTControlCharacters(said));
      resolve(code === 0);
    });
  });
}
