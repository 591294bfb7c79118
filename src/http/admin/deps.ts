import type { Deployment, GatewayConfig } from "../../core/config/deployment.ts";
import type { JsonObject } from "../../core/json.ts";
import type { KeySigner } from "../../core/key-format.ts";
import type { AccountManagement } from "../../core/ledger/policy.ts";
import type { SharedName } from "../../core/ledger/shared/terms.ts";
import type { ChatRoute } from "../../pipeline/call.ts";
import type { Caller } from "../../pipeline/caller.ts";
import type { HealthCheck } from "../../pipeline/check-health.ts";
import type { Database } from "../../platform/db/database.ts";
import type { RuntimeConfig } from "../../platform/runtime-config.ts";
import type { Sealer } from "../../platform/seal.ts";
import type { SharedLender } from "../../platform/shared-budget/stub.ts";
import type { Sink } from "../../platform/sinks/sink.ts";

/** A call nobody makes. */
export interface ExplainedCall {
  request: Request;
  caller: Caller;
  route: ChatRoute;
}

/** What the management routes need of the world. */
export interface AdminDeps {
  masterKey: string;
  signer: KeySigner;
  nowMs(): number;
  newId(): string;
  db: Database;
  account(accountId: string): AccountManagement;
  /** The object that lends this budget to accounts. */
  shared(name: SharedName): SharedLender;
  /** Models, prices and the budget of everything. */
  config: GatewayConfig;
  /** What is added to the configuration while the gateway runs. */
  runtime: RuntimeConfig;
  sealer: Sealer;
  sinks: readonly Sink[];
  /** Asks a deployment something small, as any call would. */
  checkHealth(deployment: Deployment, config: GatewayConfig): Promise<HealthCheck>;
  /** What would become of such a call, and why; nothing is sent. */
  explain(asked: ExplainedCall, config: GatewayConfig): Promise<JsonObject>;
  /** IANA name; budget windows align to its midnight. */
  timeZone: string;
  /** A further header the key may come in. */
  keyHeaderName: string | undefined;
}
