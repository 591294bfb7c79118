import { compose } from "../compose.ts";
import type { Env } from "../env.ts";
import { SharedBudget as SharedBudgetObject } from "../platform/shared-budget.ts";
import type { SharedDefaults } from "../platform/shared-directory.ts";

/** The shared budget as deployed: its time zone, and the budget of everything, stand in `config.yaml`. */
export class SharedBudget extends SharedBudgetObject {
  protected override timeZone(): string {
    return this.#settings().timeZone;
  }

  protected override sharedDefaults(): SharedDefaults {
    const { globalBudget: global, endUsers } = this.#settings();
    return { global, endUserBudgetId: endUsers.defaultBudgetId };
  }

  #settings() {
    const env: Env = this.env as unknown as Env;
    return compose(env).deps.config.settings;
  }
}
