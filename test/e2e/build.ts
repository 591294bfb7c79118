import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildWorker } from "../../scripts/lib/local-worker.ts";

/** Builds the Worker once, before any end-to-end test; they find it through the environment. */
export async function setup() {
  // Set by hand to run one test again and again without a build.
  if (process.env["SEKISHO_BUNDLE"]) return undefined;
  const bundle = await mkdtemp(path.join(tmpdir(), "sekisho-bundle-"));
  await buildWorker(bundle);
  process.env["SEKISHO_BUNDLE"] = bundle;
  return () => rm(bundle, { recursive: true, force: true });
}
