import type { ConverseFact } from "./document.ts";

/** What a family of models knows of Converse. */
export interface ConverseFamily {
  /** Whose own words it takes beside the grammar's: how it thinks, how few calls it makes at once. */
  ownWords: "claude" | "nova" | "gpt-oss" | "none";
  /** Which wishes for a tool it hears, besides leaving the choice to the model. */
  forces: { any: boolean; tool: boolean };
  /** Where marked prefixes of the prompt are kept. */
  cachePoints: readonly ("content" | "tools")[];
  /** They may be kept for an hour. */
  cacheTtl: boolean;
  /** A tool's result may say that it is an error, and hold pictures and documents. */
  richResults: boolean;
  stopSequences: boolean;
  /** It takes both at once. */
  temperatureWithTopP: boolean;
  /** Where among its own words `top_k` stands; `a.b` is a member of a member. */
  topK: string | undefined;
  documents: boolean;
  /** Documents can be cited. */
  cites: boolean;
  /** It is held to a JSON Schema, where the model keeps to one at all. */
  schemas: boolean;
  /** Tool calls have ids of exactly this many letters and digits. */
  toolIdCharacters: number | undefined;
}

export function converseFamilyIn(fact: ConverseFact): ConverseFamily {
  return {
    ownWords: fact.own_words ?? "none",
    forces: { any: fact.forces_any ?? false, tool: fact.forces_tool ?? false },
    cachePoints: fact.cache_points ?? [],
    cacheTtl: fact.cache_ttl ?? false,
    richResults: fact.rich_results ?? false,
    stopSequences: fact.stop_sequences ?? true,
    temperatureWithTopP: fact.temperature_with_top_p ?? true,
    topK: fact.top_k || undefined,
    documents: fact.documents ?? true,
    cites: fact.cites ?? false,
    schemas: fact.schemas ?? false,
    toolIdCharacters: fact.tool_id_characters || undefined,
  };
}
