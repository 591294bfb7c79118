/** Whether a write was refused because this column's value is taken. Drizzle wraps what D1 threw. */
export function isConflict(error: unknown, column: `${string}.${string}`): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.message.includes(`UNIQUE constraint failed: ${column}`)) return true;
  }
  return false;
}
