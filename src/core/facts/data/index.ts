import type { FactsDocument } from "../document.ts";
import { CLAUDE_MODELS } from "./claude.ts";
import { CLAUDE_SURFACES } from "./claude-surfaces.ts";
import { COHERE_MODELS } from "./cohere.ts";
import { CONVERSE_FAMILIES } from "./converse.ts";
import { GEMINI_MODELS } from "./gemini.ts";
import { HOSTED_MODELS } from "./hosted.ts";
import { OPENAI_GRAMMARS, OPENAI_MODELS } from "./openai.ts";
import { SCHEMAS } from "./schemas.ts";
import { OPEN_MODELS, SERVED_MODELS } from "./served.ts";
import { VENDORS } from "./vendors.ts";

/** What the gateway knows without being told: the document under every other. */
export const SHIPPED_FACTS: FactsDocument = {
  models: [
    ...SERVED_MODELS,
    ...CONVERSE_FAMILIES,
    ...CLAUDE_MODELS,
    ...HOSTED_MODELS,
    ...OPEN_MODELS,
    ...GEMINI_MODELS,
    ...COHERE_MODELS,
    ...OPENAI_MODELS,
    ...OPENAI_GRAMMARS,
  ],
  claude_surfaces: CLAUDE_SURFACES,
  vendors: VENDORS,
  schemas: SCHEMAS,
};
