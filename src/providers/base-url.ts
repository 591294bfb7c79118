/**
 * An operator's `api_base` without what operators often add to it: a slash, a query, or the path
 * this provider would append itself.
 */
export function trimBase(apiBase: string, ...endings: string[]): string {
  let base = withoutSlashes(apiBase.split(/[?#]/, 1)[0] ?? "");
  for (const ending of endings) {
    // Cutting nothing off would cut everything: a slice to minus zero is empty.
    if (ending !== "" && base.endsWith(ending))
      base = withoutSlashes(base.slice(0, -ending.length));
  }
  return base;
}

function withoutSlashes(text: string): string {
  return text.replace(/\/+$/, "");
}
