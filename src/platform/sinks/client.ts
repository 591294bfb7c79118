/** The program a caller uses, as its `User-Agent` names it first. */
export interface Client {
  name: string | null;
  version: string | null;
}

/** Reads `claude-cli/2.0.1 (external, cli)` and the SDKs' `OpenAI/Python 1.30.1`. */
export function readClient(userAgent: string | null): Client {
  const product =
    /^([^\s/]+)\/(\d\S*)/.exec(userAgent ?? "") ?? /^(\S+) (\d\S*)/.exec(userAgent ?? "");
  const [, name, version] = product ?? /^(\S+)/.exec(userAgent ?? "") ?? [];
  return { name: name ?? null, version: version ?? null };
}
