// `npm start`: installs what is missing, then goes on with the pinned Node.
import { installMissing, runTool } from "./lib/install.mjs";

installMissing();
process.exitCode = await runTool(["node", "scripts/lib/start.ts"]);
