// `npm test`: the units in the Workers runtime, then the built Worker over HTTP. More arguments go
// to vitest: `npm test -- test/core`. Tests with real command line clients run only when asked for.
import { installMissing, runTool } from "./lib/install.mjs";

installMissing();
const projects = ["--project", "unit", "--project", "e2e"];
process.exitCode = await runTool(["vitest", "run", ...projects, ...process.argv.slice(2)]);
