import type { ChatRoute } from "../pipeline/call.ts";
import { CHAT, MESSAGES } from "./chat.ts";
import { COMPLETIONS } from "./completions.ts";
import { FORWARDED } from "./forwarded.ts";
import { RESPONSES } from "./responses.ts";

/** Routes whose calls can be explained: those that are not told by their URL which model is meant. */
const EXPLAINABLE: readonly ChatRoute[] = [CHAT, MESSAGES, RESPONSES, COMPLETIONS, ...FORWARDED];

export const EXPLAINABLE_PATHS = EXPLAINABLE.map(({ path }) => path);

/** With or without `/v1`. */
export function findExplainable(path: string): ChatRoute | undefined {
  return EXPLAINABLE.find((route) => route.path === path || route.path === `/v1${path}`);
}
