import { defineConfig } from "drizzle-kit";

// `npx drizzle-kit generate --name what_changed` writes the next file of migrations/; a human reads
// it before it is committed. Migrations only go forward.
export default defineConfig({
  dialect: "sqlite",
  schema: "./src/platform/db/schema/*.ts",
  out: "./migrations",
});
