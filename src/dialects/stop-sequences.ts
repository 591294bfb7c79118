import type { ChatRequest } from "../core/chat.ts";
import { unsupported } from "./checked.ts";
import type { RenderTarget } from "./dialect.ts";

/** Fewer of them would be another answer, so the caller is told. `parameter` is its name for them. */
export function refuseTooManyStops(
  { stopSequences }: ChatRequest,
  { capabilities }: RenderTarget,
  parameter: string,
): void {
  const { stopSequencesMax: most } = capabilities;
  if (most === undefined || stopSequences.length <= most) return;
  throw unsupported(parameter, `this model's vendor takes at most ${most} stop sequences`);
}
