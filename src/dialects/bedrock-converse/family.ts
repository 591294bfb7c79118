/** Converse is one grammar, of which every family of models knows a part. */
export interface Family {
  name: "claude" | "nova" | "mistral" | "gpt-oss" | "other";
  /** Which wishes for a tool it hears, besides leaving the choice to the model. */
  forces: { any: boolean; tool: boolean };
  /** It keeps marked prefixes of the prompt. */
  caches: boolean;
  /** A tool's result may say that it is an error, and hold pictures and documents. */
  richResults: boolean;
  stopSequences: boolean;
  /** Tool calls have ids of exactly this many letters and digits. */
  toolIdCharacters?: number;
}

const OTHER: Family = {
  name: "other",
  // The wish for a tool is a 400 at the models that do not hear it.
  forces: { any: false, tool: false },
  caches: false,
  richResults: false,
  stopSequences: true,
};

const KNOWING: Omit<Family, "name"> = {
  forces: { any: true, tool: true },
  caches: true,
  richResults: true,
  stopSequences: true,
};

/** First match wins; patterns look inside the vendor's id. */
const FAMILIES: [RegExp, Family][] = [
  [/claude/, { ...KNOWING, name: "claude" }],
  [/nova/, { ...KNOWING, name: "nova" }],
  [
    /mistral|mixtral|pixtral|magistral/,
    { ...OTHER, name: "mistral", forces: { any: true, tool: false }, toolIdCharacters: 9 },
  ],
  [/gpt-oss/, { ...OTHER, name: "gpt-oss", stopSequences: false }],
];

export function familyOf(model: string): Family {
  return FAMILIES.find(([pattern]) => pattern.test(model))?.[1] ?? OTHER;
}
