/**
 * Command lines in every form LiteLLM's documentation writes them, page by page: its routes, its
 * options of curl, its quoting, its fields. Ids and names are ours. `<name>` is what an earlier line
 * saved, or the master key; the host is replaced by the gateway's.
 */
export interface CurlLine {
  line: string;
  /** 200 without it. */
  status?: number;
  /** Paths the answer must have; the ones the documentation shows. */
  has?: string[];
  /** Values the answer must have, by path. */
  is?: Record<string, unknown>;
  /** Name → path in the answer, for later lines. */
  saves?: Record<string, string>;
}
