interface OpenCall {
  id: string;
  name: string;
  isAnswered: boolean;
}

/** Finds the call that a result belongs to. Made per conversation. */
export interface CallPairing {
  /** Begins the next content. */
  enter(role: "user" | "model"): void;
  /** Notes a call; returns its id, minted when the caller gave none. */
  call(name: string, id: string | undefined): string;
  /** The id of the call this result answers. */
  answer(name: string, id: string | undefined): string;
}

/**
 * Ids are optional in this grammar: without them a result answers the first call of its name that the
 * model made in its last turn and that nobody answered yet. Minted ids are numbered, so the same
 * conversation gets the same ids on every turn and vendors recognise their cached prefix.
 */
export function createCallPairing(): CallPairing {
  let calls: OpenCall[] = [];
  let lastRole = "user";
  let minted = 0;
  const mint = (): string => `call_${(minted += 1)}`;

  return {
    enter(role) {
      if (role === "model" && lastRole !== "model") calls = [];
      lastRole = role;
    },
    call(name, id) {
      const open = { id: id || mint(), name, isAnswered: false };
      calls.push(open);
      return open.id;
    },
    answer(name, id) {
      const waiting = calls.filter((call) => !call.isAnswered);
      const found =
        waiting.find((call) => call.id === id) ?? waiting.find((call) => call.name === name);
      if (found === undefined) return id || mint();
      found.isAnswered = true;
      return found.id;
    },
  };
}
