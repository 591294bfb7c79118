// Compiles config.yaml (or SEKISHO_CONFIG) into src/generated/config.json, which the Worker imports.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ConfigError, compileConfig } from "./lib/config-file.ts";
import { root } from "./lib/install.mjs";

const target = path.join(root, "src/generated/config.json");

try {
  const { compiled, warnings } = compileConfig();
  for (const warning of warnings) console.warn(`${compiled.source}: warning: ${warning}`);
  writeWhenChanged(`${JSON.stringify(compiled, null, 2)}\n`);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** An unchanged file keeps its date, so that a watching build stays quiet. */
function writeWhenChanged(text) {
  if (existsSync(target) && readFileSync(target, "utf8") === text) return;
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}
