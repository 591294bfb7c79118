/** Reasons to refuse a request, most important first; nothing after the first one is computed. */
export type Problems<Problem = string> = Generator<Problem, void, undefined>;

export function firstOf<Problem>(problems: Problems<Problem>): Problem | undefined {
  const first = problems.next();
  return first.done ? undefined : first.value;
}
