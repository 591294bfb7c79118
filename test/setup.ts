import { applyD1Migrations, reset, type D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";

declare global {
  namespace Cloudflare {
    interface Env {
      DB: D1Database;
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}

// Every test file starts with an empty, migrated database and without Durable Objects.
await reset();
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
