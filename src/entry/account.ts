import { compose } from "../compose.ts";
import type { Env } from "../env.ts";
import { Account as AccountObject } from "../platform/account.ts";

/** The account object as deployed: its budget windows end at midnight of the configured time zone. */
export class Account extends AccountObject {
  protected override timeZone(): string {
    const env: Env = this.env as unknown as Env;
    return compose(env).deps.config.settings.timeZone;
  }
}
