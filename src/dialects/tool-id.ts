/** Every vendor accepts these characters. */
const LEGAL = /^[a-zA-Z0-9_-]+$/;

/** As many every caller's client keeps as they are; of vendors the facts say how many. */
const CHARACTERS_MAX = 40;

/**
 * The id of a tool call as any vendor accepts it. A legal id stays; another becomes the same
 * substitute every time, so that call and result still find each other and nothing need be stored.
 */
export function legalToolId(id: string, charactersMax: number = CHARACTERS_MAX): string {
  return id.length <= charactersMax && LEGAL.test(id)
    ? id
    : `call_${hash(id, 0x811c9dc5)}${hash(id, 0x01000193)}`;
}

/** FNV-1a over UTF-16 units. Two seeds make collisions within one conversation a non-event. */
function hash(text: string, seed: number): string {
  let state = seed;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  return (state >>> 0).toString(36);
}

/** The same for vendors who want exactly so many letters and digits. */
export function alphanumericToolId(id: string, characters: number): string {
  if (id.length === characters && /^[a-zA-Z0-9]+$/.test(id)) return id;
  const digits = hash(id, 0x811c9dc5) + hash(id, 0x01000193);
  return digits.slice(0, characters).padStart(characters, "0");
}
