import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

// The Worker imports the compiled configuration, so it has to exist before the first test loads.
execFileSync(process.execPath, ["scripts/build-config.mjs"], { stdio: ["ignore", "ignore", 2] });

const onNode = ["test/e2e/**/*.test.ts", "test/scripts/**/*.test.ts"];
// Installs real command line clients, hundreds of megabytes: `npm run test:clients`.
const clients = ["test/clients/**/*.test.ts"];

export default defineConfig({
  test: {
    // Files mostly wait for timeouts to pass, so a machine with two cores can play two of them at once.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              cf: false,
              bindings: {
                TEST_MIGRATIONS: await readD1Migrations("migrations"),
                LITELLM_MASTER_KEY: "sk-test-master-0123456789abcdef0123456789abcdef",
                SEKISHO_KEY_SECRET: "test-key-secret-0123456789abcdef0123456789abcdef",
              },
            },
          })),
        ],
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...onNode, ...clients],
          setupFiles: ["test/setup.ts"],
          // A runtime of its own would cost each file 0.7 s. They share two, and test/setup.ts empties
          // the storage between files; only state that a module keeps for itself survives.
          isolate: false,
          // Some play thousands of calls through real objects, on machines that have other things to do.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: onNode,
          globalSetup: ["test/e2e/build.ts"],
          // A start of the built Worker takes part of a second; a seeded `npm run check` several.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "clients",
          include: clients,
          globalSetup: ["test/e2e/build.ts"],
          fileParallelism: false,
        },
      },
    ],
  },
});
