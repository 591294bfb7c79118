/**
 * Where clients put their key. OpenAI's SDK uses `Authorization`, Anthropic's `x-api-key` or a
 * bearer, Google's `x-goog-api-key`, Azure's `api-key`, API Management its own, and Cline asks with
 * `x-litellm-api-key`. Some send two at once; the most specific wins.
 */
const KEY_HEADERS = [
  "x-litellm-api-key",
  "authorization",
  "x-api-key",
  "api-key",
  "x-goog-api-key",
  "ocp-apim-subscription-key",
];

/**
 * The key in these headers, with or without `Bearer `; `undefined` when there is none. Google's
 * clients may write it into the URL instead, as `?key=`.
 */
export function findKey(headers: Headers, customHeader?: string, url?: string): string | undefined {
  const names = customHeader === undefined ? KEY_HEADERS : [customHeader, ...KEY_HEADERS];
  const inHeaders = names.map((name) => withoutScheme(headers.get(name) ?? ""));
  const values = [...inHeaders, keyInUrl(url)].filter((value) => value !== "");
  // A client may carry a vendor's key in one header and ours in another.
  return values.find((value) => value.startsWith("sk-")) ?? values[0];
}

function keyInUrl(url: string | undefined): string {
  return url?.includes("key=") === true ? (new URL(url).searchParams.get("key") ?? "") : "";
}

function withoutScheme(value: string): string {
  return value.trim().replace(/^bearer(\s+|$)/i, "");
}

/** Compares secrets in time that does not depend on where they differ. */
export async function equalSecrets(left: string, right: string): Promise<boolean> {
  const [a, b] = await Promise.all([digest(left), digest(right)]);
  let difference = 0;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0;
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
