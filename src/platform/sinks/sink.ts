import type { CallRecord } from "../../core/record.ts";

/**
 * A place outside that gets a copy of every record. Records come at least once from the queue, but a
 * sink sees each of them until it says it is done with it, and then never again.
 */
export interface Sink {
  /** Stored with every record the sink is done with, so it must not change. */
  readonly name: string;
  /** What became of each record. A record without an outcome is handed in again later. */
  deliver(records: readonly CallRecord[]): Promise<Delivery>;
}

/** Request id → outcome. */
export type Delivery = ReadonlyMap<string, Outcome>;

/** `reason` is a short code for logs (`status-429`), never anything the sink or a caller wrote. */
export type Outcome =
  | { kind: "delivered" }
  /** Nothing is wrong with the record: the same again after this time. */
  | { kind: "retry"; reason: string; delayMs: number }
  /** The sink will never take it. D1 keeps the record. */
  | { kind: "dropped"; reason: string };
