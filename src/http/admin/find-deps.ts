import type { App } from "../context.ts";
import type { AdminDeps } from "./deps.ts";

/** Where a route finds them. Tests hand in their own. */
export type FindDeps = (context: { var: App["Variables"] }) => AdminDeps;
