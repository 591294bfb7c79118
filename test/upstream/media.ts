/** A picture's real type, from its first bytes, whatever its label says. */
export function sniffMediaType(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex"))) return "image/png";
  if (bytes.subarray(0, 3).equals(Buffer.from("ffd8ff", "hex"))) return "image/jpeg";
  if (bytes.toString("latin1", 0, 4) === "GIF8") return "image/gif";
  if (bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP")
    return "image/webp";
  return undefined;
}

export interface DataUri {
  mediaType: string;
  bytes: Buffer;
}

export function parseDataUri(url: string): DataUri | undefined {
  const match = /^data:([^;,]+);base64,([A-Za-z0-9+/=]+)$/u.exec(url);
  return match
    ? { mediaType: match[1] ?? "", bytes: Buffer.from(match[2] ?? "", "base64") }
    : undefined;
}

export function parseBase64Bytes(data: string): Buffer {
  return Buffer.from(data, "base64");
}
