/**
 * What the runtime offers of Node's compression and this gateway uses. Node's own declarations would
 * bring all of Node's globals into a program that has none of them.
 */
declare module "node:zlib" {
  interface Limits {
    /** Throws rather than write more; set, because a small body can hold any amount of text. */
    maxOutputLength: number;
    /** Settings of the decoder, by the numbers in `constants`. */
    params?: Record<number, number>;
  }
  export function gunzipSync(bytes: Uint8Array, limits: Limits): Uint8Array;
  export function inflateSync(bytes: Uint8Array, limits: Limits): Uint8Array;
  export function brotliDecompressSync(bytes: Uint8Array, limits: Limits): Uint8Array;
  export function zstdDecompressSync(bytes: Uint8Array, limits: Limits): Uint8Array;
  export const constants: { ZSTD_d_windowLogMax: number };
}
