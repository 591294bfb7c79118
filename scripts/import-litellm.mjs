// `npm run import-litellm -- --config … --keys … --url …`: moves a LiteLLM proxy's set-up in here.
// docs/moving-from-litellm.md says how.
import { installMissing, runTool } from "./lib/install.mjs";

installMissing();
const options = process.argv.slice(2);
process.exitCode = await runTool(["node", "scripts/lib/import/main.ts", ...options]);
