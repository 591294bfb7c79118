import { GatewayError } from "../../core/errors.ts";

/**
 * Tells an account object what D1 already says. When it cannot be told, D1 is put back as it was, so
 * that the two never disagree about who may spend.
 */
export async function tellAccount<Answer>(
  tell: () => Promise<Answer>,
  undo: () => Promise<void>,
): Promise<Answer> {
  try {
    return await tell();
  } catch (cause) {
    await undo();
    throw new GatewayError(
      "unavailable",
      "The account that decides about this could not be reached, so nothing was changed. Try again in a moment.",
      { cause, retryAfterMs: 1_000 },
    );
  }
}
