/** How many more may pass now: a few every second, and what gathered while none came. */
export interface Allowance {
  left: number;
  atMs: number;
}

export interface AllowanceTerms {
  perSecond: number;
  burst: number;
}

export function createAllowance({ burst }: AllowanceTerms, nowMs: number): Allowance {
  return { left: burst, atMs: nowMs };
}

/** Lets one pass, if one may. A clock that went back gives nothing and takes nothing. */
export function takeOne(
  allowance: Allowance,
  { perSecond, burst }: AllowanceTerms,
  nowMs: number,
): boolean {
  const gainedMs = Math.max(nowMs - allowance.atMs, 0);
  allowance.left = Math.min(allowance.left + (gainedMs * perSecond) / 1_000, burst);
  allowance.atMs = nowMs;
  if (allowance.left < 1) return false;
  allowance.left -= 1;
  return true;
}
