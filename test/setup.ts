import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";

declare global {
  namespace Cloudflare {
    interface Env {
      DB: D1Database;
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}

// Every test file has a database of its own, so each brings it up to date first.
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
