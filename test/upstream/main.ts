import { configSnippet, environment } from "./environment.ts";
import { startUpstream } from "./upstream.ts";

/** `node test/upstream/main.ts`: the stand-in alone, to drive real clients by hand. PORT chooses the port. */
const upstream = await startUpstream({ port: Number(process.env["PORT"] ?? 0) });

for (const [name, value] of Object.entries(environment(upstream))) {
  console.log(`export ${name}=${quote(value)}`);
}
console.log(`\n# config.yaml\n${configSnippet(upstream)}`);
console.log(
  `\n# listening on ${upstream.url}; controls under ${upstream.url}/control/ (see control.ts)`,
);

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit());

function quote(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
