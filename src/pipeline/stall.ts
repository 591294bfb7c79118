import type { Timeouts } from "./timeouts.ts";

/** Patience with one attempt. What ends it ends the request, whatever is being waited for. */
export interface Watch {
  /** Aborts the request to the vendor. */
  request: AbortController;
  /** The status line is there. */
  connected(): void;
  /** The vendor was silent for too long, and until when; an aborted request looks like any that was cut. */
  lateTo(): "connect" | "answer" | undefined;
  /** Nothing is waited for any more. */
  end(): void;
}

/** `abandoned` aborts when nobody wants this attempt's answer any more: another was quicker. */
export function watchAttempt(
  { connectMs, answerMs }: Pick<Timeouts, "connectMs" | "answerMs">,
  abandoned?: AbortSignal,
): Watch {
  const request = new AbortController();
  let late: ReturnType<Watch["lateTo"]>;
  const giveUp = (missing: typeof late): void => {
    late ??= missing;
    request.abort();
  };
  const leave = (): void => request.abort();
  if (abandoned?.aborted === true) leave();
  abandoned?.addEventListener("abort", leave, { once: true });
  const answering = setTimeout(giveUp, answerMs, "answer");
  const connecting = connectMs === undefined ? null : setTimeout(giveUp, connectMs, "connect");
  return {
    request,
    connected: () => clearTimeout(connecting),
    lateTo: () => late,
    end() {
      clearTimeout(answering);
      clearTimeout(connecting);
      abandoned?.removeEventListener("abort", leave);
    },
  };
}
