/** What vectors can be for, in Google's words, and Cohere's word for the same or the nearest thing. */
const TASKS: readonly [google: string, cohere: string][] = [
  ["RETRIEVAL_DOCUMENT", "search_document"],
  ["RETRIEVAL_QUERY", "search_query"],
  ["CLASSIFICATION", "classification"],
  ["CLUSTERING", "clustering"],
  // Like is compared with like, as in a cluster.
  ["SEMANTIC_SIMILARITY", "clustering"],
  // What is asked, where documents hold the answer.
  ["QUESTION_ANSWERING", "search_query"],
  ["FACT_VERIFICATION", "search_query"],
  ["CODE_RETRIEVAL_QUERY", "search_query"],
];

export function isGoogleTask(word: string): boolean {
  return TASKS.some(([google]) => google === word);
}

/** A word neither vendor has is passed on: vendors learn new ones before gateways do. */
export function googleTask(word: string): string {
  return TASKS.find(([, cohere]) => cohere === word)?.[0] ?? word;
}

export function cohereTask(word: string): string {
  return TASKS.find(([google]) => google === word)?.[1] ?? word;
}
