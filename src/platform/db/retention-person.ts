import { eq, sql, type SQL } from "drizzle-orm";
import type { Database } from "./database.ts";
import { users } from "./schema/identity.ts";
import { dailyLabelUsage, dailyUsage, hourlySpend, requests } from "./schema/requests.ts";

/**
 * Takes a person out of everything that was recorded. Calls and sums keep their money under the
 * pseudonym, which has to be a new one each time (`deleted-user-` and something random); who they
 * were, where they called from, and what was said is cleared.
 *
 * Calls first and sums last, because a person's calls are found by the keys their sums know. When it
 * throws, or when a record arrives that was still on its way, calling it again does the rest. It has
 * to come before their row of `users` is deleted, which knows their e-mail address.
 */
export async function forgetPerson(
  db: Database,
  userId: string,
  pseudonym: string,
): Promise<{ calls: number }> {
  const person = await db.select({ email: users.email }).from(users).where(eq(users.id, userId));
  const names = JSON.stringify([userId, ...person.flatMap(({ email }) => email ?? [])]);
  await inBatches(db, forgetAsEndUser(names, pseudonym));
  const calls = await inBatches(db, forgetCalls(userId, pseudonym));
  await db.batch([
    db.update(dailyUsage).set({ userId: pseudonym }).where(eq(dailyUsage.userId, userId)),
    db.update(hourlySpend).set({ userId: pseudonym }).where(eq(hourlySpend.userId, userId)),
    db
      .update(dailyLabelUsage)
      .set({ label: pseudonym })
      .where(
        sql`${dailyLabelUsage.kind} = 'end_user'
          AND ${dailyLabelUsage.label} IN (SELECT value FROM json_each(${names}))`,
      ),
  ]);
  return { calls };
}

/** Where one product calls on behalf of a person, it names them by their id or their address. */
function forgetAsEndUser(names: string, pseudonym: string): SQL {
  const isNamed = sql`IN (SELECT value FROM json_each(${names}))`;
  return sql`UPDATE ${requests} SET end_user = ${pseudonym}
    WHERE rowid IN (
      SELECT rowid FROM ${requests}
      WHERE end_user ${isNamed} AND key_hash IN (
        SELECT DISTINCT key_hash FROM ${dailyLabelUsage} WHERE kind = 'end_user' AND label ${isNamed}
      )
      LIMIT ${ROWS_PER_BATCH}
    )`;
}

/** What a client says of itself is among the tags too. */
function forgetCalls(userId: string, pseudonym: string): SQL {
  return sql`UPDATE ${requests} SET
      user_id = ${pseudonym}, user_email = NULL, key_alias = NULL, session_id = NULL,
      requester_ip = NULL, user_agent = NULL, key_metadata = '{}', content = NULL,
      tags = (SELECT json_group_array(value) FROM json_each(tags) WHERE value NOT LIKE 'User-Agent:%')
    WHERE rowid IN (
      SELECT rowid FROM ${requests}
      WHERE user_id = ${userId} AND key_hash IN (
        SELECT DISTINCT key_hash FROM ${dailyUsage} WHERE user_id = ${userId}
      )
      LIMIT ${ROWS_PER_BATCH}
    )`;
}

async function inBatches(db: Database, statement: SQL): Promise<number> {
  let changed = 0;
  for (;;) {
    const { meta } = await db.run(statement);
    changed += meta.changes;
    if (meta.changes < ROWS_PER_BATCH) return changed;
  }
}

/** A row is a kilobyte or two and D1 gives a statement 30 seconds; this takes a small part of one. */
const ROWS_PER_BATCH = 2_000;
