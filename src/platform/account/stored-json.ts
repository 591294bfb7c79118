/**
 * Reads JSON this object wrote into its own storage. The type is the one it was written from: nobody
 * else can write there, and a column never changes its type.
 */
export function parseStored<Stored>(text: string): Stored {
  const value: unknown = JSON.parse(text);
  return value as Stored;
}
