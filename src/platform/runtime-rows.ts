import type { RuntimeParts } from "../core/config/runtime-parts.ts";
import type { JsonObject } from "../core/json.ts";
import { credentialRows } from "./db/credentials.ts";
import type { Database } from "./db/database.ts";
import { modelRows } from "./db/models.ts";
import { MODEL_FACTS, runtimeVersionRow, settingRows } from "./db/settings.ts";
import type { CredentialRow, ModelRow } from "./db/schema/models.ts";
import type { SettingRow } from "./db/schema/settings.ts";
import type { Sealer } from "./seal.ts";
import { openFields, type RowPlace } from "./sealed-fields.ts";

/** Everything D1 holds of the configuration, as it was at one moment. */
export interface StoredParts {
  parts: RuntimeParts;
  counter: number;
  /** A short hash of the content; `undefined` when there is none. */
  digest: string | undefined;
  /** Sealed fields that no secret we have opens: `models/<id>/api_key`. */
  lost: string[];
}

/** One round trip, in one transaction: counter and content belong together. */
export async function readRuntimeParts(db: Database, sealer: Sealer): Promise<StoredParts> {
  const [versions, models, credentials, settings] = await db.batch([
    runtimeVersionRow(db),
    modelRows(db),
    credentialRows(db),
    settingRows(db),
  ]);
  const lost: string[] = [];
  const open = async (fields: JsonObject, row: RowPlace): Promise<JsonObject> => {
    const opened = await openFields(fields, row, sealer);
    lost.push(...opened.lost.map((field) => `${row.table}/${row.row}/${field}`));
    return { ...opened.values, ...unusable(opened.lost) };
  };
  return {
    parts: {
      models: await Promise.all(
        models.map(async ({ id, modelName, parameters, modelInfo }) => ({
          id,
          name: modelName,
          params: await open(parameters, { table: "models", row: id }),
          info: modelInfo,
        })),
      ),
      credentials: await Promise.all(
        credentials.map(async ({ name, secrets }) => ({
          name,
          values: await open(secrets, { table: "credentials", row: name }),
        })),
      ),
      modelFacts: settings.find((one) => one.name === MODEL_FACTS)?.value,
    },
    counter: versions[0]?.version ?? 0,
    digest: await digestOf(models, credentials, settings),
    lost,
  };
}

/**
 * What cannot be opened is a reference to a variable nobody sets: its deployment lacks a credential,
 * says so when it is called, and never takes another from the environment.
 */
function unusable(fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.map((field) => [field, `os.environ/${UNREADABLE}`]));
}

const UNREADABLE = "THE_KEY_SECRET_IT_WAS_SEALED_WITH";

const DIGEST_CHARACTERS = 8;

/** Of what stands in D1, sealed as it is: nothing secret goes into it. */
async function digestOf(
  models: readonly ModelRow[],
  credentials: readonly CredentialRow[],
  settings: readonly SettingRow[],
): Promise<string | undefined> {
  if (models.length + credentials.length + settings.length === 0) return undefined;
  const text = JSON.stringify([models, credentials, settings]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
  return hex.join("").slice(0, DIGEST_CHARACTERS);
}
