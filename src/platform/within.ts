/** Rejects when it takes longer: a call to another object has no time limit of its own. */
export async function within<Result>(
  milliseconds: number,
  doing: Promise<Result>,
): Promise<Result> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error("The other object did not answer.")),
    milliseconds,
  );
  try {
    return await Promise.race([doing, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
