import type { Context } from "hono";
import type { App } from "../context.ts";
import type { AdminDeps } from "./deps.ts";

/** Where a route finds them. Tests hand in their own. */
export type FindDeps = (context: Context<App>) => AdminDeps;
