/** Frames of `application/vnd.amazon.eventstream`, written from the format's description. */

const STRING_HEADER = 7;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  let crc = value;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** u32 total, u32 headers, u32 CRC of those eight bytes, headers, payload, u32 CRC of all before it. */
export function encodeFrame(headers: Record<string, string>, payload: Buffer | string): Buffer {
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) => encodeHeader(name, value)),
  );
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(12 + head.length + body.length + 4, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, head, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(message), 0);
  return Buffer.concat([message, checksum]);
}

export interface Frame {
  headers: Record<string, string>;
  payload: Buffer;
}

/** Reads back whole frames and throws on the first wrong checksum. Only string headers are known. */
export function decodeFrames(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length;) {
    const total = bytes.readUInt32BE(at);
    frames.push(decodeFrame(bytes.subarray(at, at + total)));
    at += total;
  }
  return frames;
}

function decodeFrame(frame: Buffer): Frame {
  const headersEnd = 12 + frame.readUInt32BE(4);
  const payloadEnd = frame.length - 4;
  if (frame.readUInt32BE(0) !== frame.length) throw new Error("the frame is shorter than it says");
  if (crc32(frame.subarray(0, 8)) !== frame.readUInt32BE(8))
    throw new Error("wrong prelude checksum");
  if (crc32(frame.subarray(0, payloadEnd)) !== frame.readUInt32BE(payloadEnd))
    throw new Error("wrong message checksum");
  return {
    headers: decodeHeaders(frame.subarray(12, headersEnd)),
    payload: frame.subarray(headersEnd, payloadEnd),
  };
}

function encodeHeader(name: string, value: string): Buffer {
  const valueBytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(valueBytes.length, 0);
  return Buffer.concat([
    Buffer.from([Buffer.byteLength(name)]),
    Buffer.from(name),
    Buffer.from([STRING_HEADER]),
    length,
    valueBytes,
  ]);
}

function decodeHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const valueStart = nameEnd + 3;
    const valueEnd = valueStart + bytes.readUInt16BE(nameEnd + 1);
    headers[bytes.toString("utf8", at + 1, nameEnd)] = bytes.toString("utf8", valueStart, valueEnd);
    at = valueEnd;
  }
  return headers;
}
