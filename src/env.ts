import * as z from "zod";
import type { Account } from "./platform/account.ts";
import type { RememberedAnswer } from "./platform/answer-cache.ts";
import type { Pool } from "./platform/pool.ts";
import type { SharedBudget } from "./platform/shared-budget.ts";

/** The Worker's bindings (wrangler.toml), its variables and its secrets. */
export interface Env {
  DB: D1Database;
  ACCOUNT: DurableObjectNamespace<Account>;
  SHARED_BUDGET: DurableObjectNamespace<SharedBudget>;
  POOL: DurableObjectNamespace<Pool>;
  ANSWER_CACHE: DurableObjectNamespace<RememberedAnswer>;
  RECORDS: Queue;
  /** Every further variable: named in `config.yaml` as `os.environ/NAME`, or read by a sink. */
  [name: string]: unknown;
}

const KEY_SECRET_CHARACTERS_MIN = 32;

const Secrets = z.object({
  LITELLM_MASTER_KEY: z
    .string("is not set; it is the administrator's key")
    .startsWith("sk-", "must start with sk-"),
  SEKISHO_KEY_SECRET: z
    .string("is not set; virtual keys are signed with it")
    .min(KEY_SECRET_CHARACTERS_MIN, `needs at least ${KEY_SECRET_CHARACTERS_MIN} characters`),
  /** The one before, while what was sealed with it is still to be read. */
  SEKISHO_KEY_SECRET_PREVIOUS: z
    .string()
    .min(KEY_SECRET_CHARACTERS_MIN, `needs at least ${KEY_SECRET_CHARACTERS_MIN} characters`)
    .optional(),
  /** `npm start` passes the compiled configuration here; a deployment has it in the bundle. */
  SEKISHO_CONFIG_JSON: z.string().optional(),
  /** Set by `npm start`: well-known example keys are fine on a laptop and nowhere else. */
  SEKISHO_LOCAL: z.string().optional(),
});

export interface Settings {
  masterKey: string;
  keySecret: string;
  previousKeySecret: string | undefined;
  configJson: string | undefined;
}

/** Master keys printed in other people's documentation, and therefore tried by everybody. */
const EXAMPLE_KEYS = new Set(["sk-1234", "sk-master-key-1234", "sk-master-key", "sk-12345"]);

/** Reads what must be set; otherwise names everything that is wrong with it, and no value. */
export function readSettings(env: Env): Settings | { problems: string[] } {
  const result = Secrets.safeParse(env);
  if (!result.success) {
    return { problems: result.error.issues.map((one) => `${one.path.join(".")} ${one.message}`) };
  }
  const { data } = result;
  if (EXAMPLE_KEYS.has(data.LITELLM_MASTER_KEY) && data.SEKISHO_LOCAL === undefined) {
    return {
      problems: ["LITELLM_MASTER_KEY is an example from documentation; choose a random one"],
    };
  }
  return {
    masterKey: data.LITELLM_MASTER_KEY,
    keySecret: data.SEKISHO_KEY_SECRET,
    previousKeySecret: data.SEKISHO_KEY_SECRET_PREVIOUS,
    configJson: data.SEKISHO_CONFIG_JSON,
  };
}

/** The text variables of the environment, for `os.environ/NAME` and for sinks. */
export function textVariables(env: Env): Record<string, string | undefined> {
  const variables: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(env)) {
    if (typeof value === "string") variables[name] = value;
  }
  return variables;
}
