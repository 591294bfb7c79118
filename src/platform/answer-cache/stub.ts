import type { AnswerCache } from "../../core/answer-cache.ts";

/** The remembered answer of this name, wherever it lives. Nothing travels until a method is called. */
export function answerCacheStub(
  namespace: Pick<DurableObjectNamespace, "getByName">,
  name: string,
): AnswerCache {
  const stub: unknown = namespace.getByName(name);
  // `RememberedAnswer` implements the interface and everything is plain data; see `accountStub`.
  return stub as AnswerCache;
}
