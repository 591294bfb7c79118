import { compose } from "../compose.ts";
import type { Env } from "../env.ts";
import { Account as AccountObject } from "../platform/account.ts";
import type { SharedDefaults } from "../platform/shared-directory.ts";

/** The account object as deployed: what of it stands in `config.yaml`, it reads from there. */
export class Account extends AccountObject {
  /** Its budget windows end at midnight of the configured time zone. */
  protected override timeZone(): string {
    return this.settings().timeZone;
  }

  protected override sharedDefaults(): SharedDefaults {
    const { globalBudget: global, endUsers } = this.settings();
    return { global, endUserBudgetId: endUsers.defaultBudgetId };
  }

  /** Not `#settings`: the constructor above this class asks before its own private names exist. */
  private settings() {
    const env: Env = this.env as unknown as Env;
    return compose(env).deps.config.settings;
  }
}
