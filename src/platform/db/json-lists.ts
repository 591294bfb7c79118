import { sql, type AnyColumn, type SQL } from "drizzle-orm";

/**
 * Changes of a list that is kept as JSON in one column. Each is one expression for one statement, so
 * that people who change the same list at the same time do not overwrite each other.
 */

/** One bound parameter for any number of values: D1 allows only a hundred. */
export function oneOf(values: readonly string[]): SQL {
  return sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`;
}

export function hasText(list: AnyColumn, text: string): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(${list}) WHERE value = ${text})`;
}

export function withTexts(list: AnyColumn, texts: readonly string[]): SQL {
  return sql`(SELECT json_group_array(value) FROM (
    SELECT value FROM json_each(${list})
    UNION ALL
    SELECT value FROM json_each(${JSON.stringify(texts)})
    WHERE value NOT IN (SELECT value FROM json_each(${list}))
  ))`;
}

export function withoutTexts(list: AnyColumn, texts: readonly string[]): SQL {
  return sql`(SELECT json_group_array(value) FROM json_each(${list}) WHERE value NOT IN ${oneOf(texts)})`;
}
