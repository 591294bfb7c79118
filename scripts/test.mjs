// `npm test`: unit tests in the Workers runtime, then the built Worker on Node, whatever is given.
import { installMissing, runTool } from "./lib/install.mjs";

installMissing();
process.exitCode = await runTool(["vitest", "run", ...process.argv.slice(2)]);
