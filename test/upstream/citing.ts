import { asArray, asObject, asString } from "./json.ts";
import type { JsonObject } from "./json.ts";

// Claude cites when it is asked to: all it says leans on the first words of every citable document.

const QUOTED_CHARACTERS = 12;

function enabled({ citations }: JsonObject): boolean {
  return asObject(citations)["enabled"] === true;
}

function blocksIn(body: JsonObject): JsonObject[] {
  return asArray(body["messages"]).flatMap((message) =>
    asArray(asObject(message)["content"]).map(asObject),
  );
}

/** As the Messages API has them. Documents and search results are counted each for themselves. */
export function claudeCitations(body: JsonObject): JsonObject[] {
  const documents = blocksIn(body).filter((block) => block["type"] === "document");
  const results = blocksIn(body).filter((block) => block["type"] === "search_result");
  return [
    ...documents.flatMap((block, index) => (enabled(block) ? [ofDocument(block, index)] : [])),
    ...results.flatMap((block, index) => (enabled(block) ? [ofResult(block, index)] : [])),
  ];
}

function ofDocument({ source, title }: JsonObject, document_index: number): JsonObject {
  const { type, data, content } = asObject(source);
  const of = { document_index, document_title: title ?? null, file_id: null };
  const first = asString(asObject(asArray(content)[0])["text"]);
  if (type === "text") {
    const cited_text = asString(data).slice(0, QUOTED_CHARACTERS);
    const place = { start_char_index: 0, end_char_index: cited_text.length };
    return { type: "char_location", cited_text, ...of, ...place };
  }
  if (type === "content") {
    const place = { start_block_index: 0, end_block_index: 1 };
    return { type: "content_block_location", cited_text: first, ...of, ...place };
  }
  const place = { start_page_number: 1, end_page_number: 2 };
  return { type: "page_location", cited_text: "Page one", ...of, ...place };
}

function ofResult({ source, title, content }: JsonObject, search_result_index: number): JsonObject {
  return {
    type: "search_result_location",
    cited_text: asString(asObject(asArray(content)[0])["text"]),
    source,
    title,
    search_result_index,
    start_block_index: 0,
    end_block_index: 1,
  };
}

/** The same as Converse has them. */
export function converseCitations(body: JsonObject): JsonObject[] {
  const documents = blocksIn(body).flatMap(({ document }) =>
    document ? [asObject(document)] : [],
  );
  const results = blocksIn(body).flatMap(({ searchResult: one }) => (one ? [asObject(one)] : []));
  return [
    ...documents.flatMap((block, index) =>
      enabled(block) ? [ofConverseDocument(block, index)] : [],
    ),
    ...results.flatMap((block, index) => (enabled(block) ? [ofConverseResult(block, index)] : [])),
  ];
}

function ofConverseDocument({ source, name }: JsonObject, documentIndex: number): JsonObject {
  const { text, content } = asObject(source);
  if (typeof text === "string") {
    const quote = text.slice(0, QUOTED_CHARACTERS);
    const location = { documentChar: { documentIndex, start: 0, end: quote.length } };
    return { title: name, sourceContent: [{ text: quote }], location };
  }
  if (Array.isArray(content)) {
    const location = { documentChunk: { documentIndex, start: 0, end: 1 } };
    return { title: name, sourceContent: [asObject(content[0])], location };
  }
  const location = { documentPage: { documentIndex, start: 1, end: 2 } };
  return { title: name, sourceContent: [{ text: "Page one" }], location };
}

function ofConverseResult(result: JsonObject, searchResultIndex: number): JsonObject {
  const { source, title, content } = result;
  const location = { searchResultLocation: { searchResultIndex, start: 0, end: 1 } };
  return { title, source, sourceContent: [asObject(asArray(content)[0])], location };
}
