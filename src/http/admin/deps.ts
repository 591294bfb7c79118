import type { KeySigner } from "../../core/key-format.ts";
import type { AccountManagement } from "../../core/ledger/policy.ts";
import type { Database } from "../../platform/db/database.ts";

/** What the management routes need of the world. */
export interface AdminDeps {
  masterKey: string;
  signer: KeySigner;
  nowMs(): number;
  newId(): string;
  db: Database;
  account(accountId: string): AccountManagement;
  /** IANA name; budget windows align to its midnight. */
  timeZone: string;
  /** A further header the key may come in. */
  keyHeaderName: string | undefined;
}
