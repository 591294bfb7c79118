import type { GatewayConfig, RouterSettings } from "../core/config/deployment.ts";
import type { KeyStanding } from "../core/ledger.ts";
import type { Region } from "../core/routing/region.ts";

/** How a call is routed, as far as that depends on who asks. */
export interface Terms {
  router: RouterSettings;
  /** The key's own, beside those of the call. */
  keyTags: readonly string[];
  /** Where its prompt may be read; each has a say, and none: anywhere. */
  regions: readonly Region[];
  /** Before the account has spoken, and nothing is remembered of what it said last. */
  isGuess: boolean;
}

/** What an account says of a key that decides how its calls are routed. */
export type TermsOfKey = Pick<KeyStanding, "tags" | "routerSettings" | "regions">;

export function guessTerms({ router }: Pick<GatewayConfig, "router">): Terms {
  return { router, keyTags: [], regions: regionOf(router), isGuess: true };
}

export function termsOf(
  { tags, routerSettings, regions }: TermsOfKey,
  config: Pick<GatewayConfig, "router" | "routerFor">,
): Terms {
  const { router } = routerSettings === undefined ? config : config.routerFor(routerSettings);
  return { router, keyTags: tags, regions: [...regionOf(router), ...regions], isGuess: false };
}

function regionOf({ region }: RouterSettings): Region[] {
  return region === undefined ? [] : [region];
}

/** What accounts said last of their keys: a place can then be looked for before they say it again. */
export interface TermsMemory {
  find(keyHash: string, endUser: string | null): TermsOfKey | undefined;
  learn(keyHash: string, endUser: string | null, said: TermsOfKey): void;
}

/** Most entries are a hash and a few words. */
const REMEMBERED_MAX = 2_000;

/** Wrong entries cost a trip to the pool and do no harm: what the account says now is what counts. */
export function createTermsMemory(): TermsMemory {
  const known = new Map<string, TermsOfKey>();
  const idOf = (keyHash: string, endUser: string | null): string => `${keyHash} ${endUser ?? ""}`;
  return {
    find: (keyHash, endUser) => known.get(idOf(keyHash, endUser)),
    learn(keyHash, endUser, { tags, routerSettings, regions }) {
      const id = idOf(keyHash, endUser);
      known.delete(id);
      known.set(id, { tags, routerSettings, regions });
      const [oldest] = known.keys();
      if (known.size > REMEMBERED_MAX && oldest !== undefined) known.delete(oldest);
    },
  };
}
