import type { Gateway } from "../compose.ts";
import type { Env } from "../env.ts";

/** What every handler finds in its context. */
export interface App {
  Bindings: Env;
  Variables: { gateway: Gateway };
}
