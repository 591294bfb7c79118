import type { PoolService } from "../../core/routing/pool-service.ts";

/** The pool of this group, wherever it lives. Nothing travels until a method is called. */
export function poolStub(
  namespace: Pick<DurableObjectNamespace, "getByName">,
  group: string,
): PoolService {
  const stub: unknown = namespace.getByName(group);
  // `Pool` implements the interface and everything is plain data; see `accountStub`.
  return stub as PoolService;
}
