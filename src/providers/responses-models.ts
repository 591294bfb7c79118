/** OpenAI's own models, also fine-tuned ones. Its open ones are served by others. */
const OWN = /^(ft:)?(gpt-(?!oss)|o\d|chatgpt-|codex-|computer-use-)/;

/** These OpenAI serves in no other grammar. */
const RESPONSES_ONLY = /codex|^(o\d|gpt-[\d.]+)-pro\b|deep-research|^computer-use-/;

/** Whether OpenAI itself makes this model, and so answers it over Responses. */
export function isOwnModel(baseModel: string): boolean {
  return OWN.test(bare(baseModel));
}

/** Whether this model answers over Responses alone, whatever its caller speaks. */
export function isResponsesOnly(baseModel: string): boolean {
  return isOwnModel(baseModel) && RESPONSES_ONLY.test(bare(baseModel));
}

/** A `base_model` may name the provider first. */
function bare(baseModel: string): string {
  return baseModel.replace(/^(openai|azure)\//, "");
}
