import type { DrizzleD1Database } from "drizzle-orm/d1";

/** D1 through Drizzle. Every statement stands in a file of this folder. */
export type Database = DrizzleD1Database;
