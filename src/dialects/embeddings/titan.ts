import { FramingError } from "../framing/frame.ts";
import { numbersIn } from "./answer.ts";
import type { EmbeddingGrammar } from "./grammar.ts";

/**
 * Amazon's own models, one text at a time:
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
 */
export const titanEmbeddings: EmbeddingGrammar = {
  textsMax: 1,
  knows: [],
  renderRequest: ([text = ""], { dimensions }) => ({
    inputText: text,
    // The first version knows no other member than the text.
    ...(dimensions === undefined ? {} : { dimensions }),
  }),
  readAnswer({ embedding, inputTextTokenCount: count }) {
    const vector = numbersIn(embedding);
    if (vector === undefined) throw new FramingError("the answer has no vector");
    return { vectors: [vector], inputTokens: typeof count === "number" ? count : undefined };
  },
};
