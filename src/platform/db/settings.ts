import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { settings, runtimeVersion, type SettingRow } from "./schema/settings.ts";

/** Under which name the operator's facts about models are kept. */
export const MODEL_FACTS = "model_facts";

export async function findSettingRow(db: Database, name: string): Promise<SettingRow | undefined> {
  return db.select().from(settings).where(eq(settings.name, name)).get();
}

/** Not yet run, to be read together with others. */
export function settingRows(db: Database) {
  return db.select().from(settings);
}

export async function putSettingRow(db: Database, row: SettingRow): Promise<void> {
  const { value, updatedAtMs, updatedBy } = row;
  await db
    .insert(settings)
    .values(row)
    .onConflictDoUpdate({ target: settings.name, set: { value, updatedAtMs, updatedBy } });
}

/** Counts every change of what is said at run time. */
export async function readRuntimeVersion(db: Database): Promise<number> {
  const row = await runtimeVersionRow(db).get();
  return row?.version ?? 0;
}

/** Not yet run, to be read together with others. */
export function runtimeVersionRow(db: Database) {
  return db.select().from(runtimeVersion);
}
