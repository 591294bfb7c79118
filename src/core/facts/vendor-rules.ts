import { keyedFacts, type Facts } from "./facts.ts";
import { firstSaid, keptEntries, keptNames } from "./merge.ts";

/** How one deployment's vendor differs from the grammar it speaks. */
export interface VendorRules {
  /** The grammar's name for a member → the vendor's. */
  renames: Readonly<Record<string, string>>;
  /** Refused or unknown there; leaving them out changes no answer. */
  drops: readonly string[];
  /** Impossible there, and the answer would differ without: the caller is told by name. */
  refuses: readonly string[];
  /** Numbers are brought into these bounds. */
  limits: readonly (readonly [name: string, limit: Limit])[];
  /** OpenAI's name for a role → the vendor's. */
  roles: ReadonlyMap<string, string>;
  /** What each role's messages may have; a vendor that is strict refuses everything else. */
  messageMembers: ReadonlyMap<string, readonly string[]>;
  /** Ids of tool calls are exactly this many letters and digits. */
  toolIdCharacters: number | undefined;
  /** User and assistant have to take turns. */
  alternates: boolean;
  /** By whose rules the thoughts of earlier turns are sent back or kept. */
  thoughts: "deepseek" | "as-they-are";
  embeddings: Pick<VendorRules, "renames" | "drops">;
}

export interface Limit {
  min?: number;
  max?: number;
}

export function findVendorRules(facts: Facts, model: string, provider: string): VendorRules {
  const rules = facts.map((layer) => layer.vendors);
  const layers = keyedFacts(rules, model, provider);
  return {
    renames: Object.fromEntries(keptEntries(layers.map((one) => one.renames))),
    drops: keptNames(layers.map((one) => one.drops)),
    refuses: keptNames(layers.map((one) => one.refuses)),
    limits: keptEntries(layers.map((one) => one.limits)),
    roles: new Map(keptEntries(layers.map((one) => one.roles))),
    messageMembers: new Map(keptEntries(layers.map((one) => one.message_members))),
    toolIdCharacters: firstSaid(layers.map((one) => one.tool_id_characters)) || undefined,
    alternates: firstSaid(layers.map((one) => one.alternates)) ?? false,
    thoughts: firstSaid(layers.map((one) => one.thoughts)) ?? "as-they-are",
    embeddings: {
      renames: Object.fromEntries(keptEntries(layers.map((one) => one.embedding_renames))),
      drops: keptNames(layers.map((one) => one.embedding_drops)),
    },
  };
}
