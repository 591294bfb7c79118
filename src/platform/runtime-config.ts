import type { GatewayConfig } from "../core/config/deployment.ts";
import {
  withRuntimeParts,
  type Combined,
  type ConfigSource,
  type RuntimeParts,
} from "../core/config/runtime-parts.ts";
import type { Database } from "./db/database.ts";
import { readRuntimeVersion } from "./db/settings.ts";
import { logEvent } from "./log.ts";
import { readRuntimeParts, type StoredParts } from "./runtime-rows.ts";
import type { Sealer } from "./seal.ts";
import { within } from "./within.ts";

/** The configuration as it is now: the file's, and what was added to it since. */
export interface RuntimeConfig {
  /**
   * For the calls of this moment. Only the first ones of an isolate wait for D1; after that, what is
   * remembered is looked up again beside the calls. Never rejects.
   */
  current(waitUntil: (work: Promise<unknown>) => void): Promise<GatewayConfig>;
  /** Reads it again, so that whoever changed something here finds it changed. */
  reload(): Promise<StoredParts>;
  /** The configuration file as it was compiled, references and all. */
  file: unknown;
  /** What the configuration would be with other parts beside the file. Nothing is kept. */
  combine(parts: RuntimeParts): Combined;
}

interface RuntimeTools {
  db: Database;
  sealer: Sealer;
  nowMs(): number;
}

interface Known {
  config: GatewayConfig;
  /** D1's counter; `undefined` when it was not there to be read. */
  counter: number | undefined;
  /** Which reading it is from, in the order they began: the later began, the newer is what it saw. */
  reading: number;
}

export function createRuntimeConfig(source: ConfigSource, tools: RuntimeTools): RuntimeConfig {
  let known: Known | undefined;
  let checkedAtMs = 0;
  let readings = 0;

  async function read(): Promise<StoredParts> {
    const reading = ++readings;
    const stored = await readRuntimeParts(tools.db, tools.sealer);
    // Whatever was learned meanwhile began later.
    if (known !== undefined && known.reading > reading) return stored;
    if (known?.counter === stored.counter) return stored;
    const version = versionOf(source.config.version, stored);
    const combined = withRuntimeParts(source, stored.parts, version);
    known = { config: combined.config, counter: stored.counter, reading };
    tellOperator(combined, stored);
    return stored;
  }

  /** For an isolate that knows nothing yet: with what the file says, known models can be called. */
  async function readFirst(): Promise<GatewayConfig> {
    checkedAtMs = tools.nowMs();
    try {
      await within(FIRST_READ_MS_MAX, read());
    } catch {
      logEvent("runtime_config_unread", { used: "the configuration file alone" });
      known ??= { config: source.config, counter: undefined, reading: 0 };
    }
    return known?.config ?? source.config;
  }

  async function refresh(): Promise<void> {
    try {
      const counter = await readRuntimeVersion(tools.db);
      if (counter !== known?.counter) await read();
    } catch {
      logEvent("runtime_config_unread", { used: "what was known before" });
    }
  }

  return {
    async current(waitUntil) {
      // Not shared among the first calls: in a Worker, one request must not wait for another's I/O.
      if (known === undefined) return readFirst();
      if (tools.nowMs() >= checkedAtMs + FRESH_MS) {
        checkedAtMs = tools.nowMs();
        waitUntil(refresh());
      }
      return known.config;
    },
    reload: read,
    file: source.raw,
    combine: (parts) => withRuntimeParts(source, parts, source.config.version),
  };
}

/** A model added elsewhere is here after this long and one round trip. One small read per isolate. */
const FRESH_MS = 10_000;
/** D1 answers in tens of milliseconds. Beyond this it is away, and calls go on without it. */
const FIRST_READ_MS_MAX = 3_000;

/** The file's own version while nothing is added to it; the same additions give the same version. */
function versionOf(version: string, { digest }: StoredParts): string {
  return digest === undefined ? version : `${version}+${digest}`;
}

function tellOperator({ left }: Combined, { lost }: StoredParts): void {
  for (const { part, id, problems } of left) {
    const said = problems.map(({ path, message }) => `${path}: ${message}`);
    logEvent("runtime_config_left_out", { part, id, problems: said });
  }
  if (lost.length > 0) logEvent("secrets_unreadable", { fields: lost });
}
