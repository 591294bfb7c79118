import type { Admission, CostBound } from "../core/ledger.ts";
import type { Lost } from "./hedge.ts";

/** A call the account let in, with what it holds for it. */
export interface Admitted {
  admission: Admission;
  bound: CostBound;
  /** Sent upstream when the budget pays for fewer tokens than the model could write. */
  outputTokensMax: number | undefined;
  /** Set when a second deployment was asked and lost: what its vendor bills is charged, too. */
  lost?: Lost;
  /** From here on the time is the upstream's. */
  admittedAtMs: number;
}
