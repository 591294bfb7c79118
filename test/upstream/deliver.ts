import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { jsonReply } from "./exchange.ts";
import type { Call, Fault, RecordedRequest, Reply, Stream } from "./exchange.ts";
import type { Behaviour } from "./script.ts";

interface Delivery {
  response: ServerResponse;
  record: RecordedRequest;
  /** Aborted when the client goes away or the stand-in stops. */
  signal: AbortSignal;
}

/** Writes the call's answer the way the behaviour asks for. */
export async function deliver(call: Call, behaviour: Behaviour, delivery: Delivery): Promise<void> {
  if (behaviour.hang) return hang(delivery.signal);
  if (behaviour.stallBeforeHeadersMs)
    await sleep(behaviour.stallBeforeHeadersMs, undefined, delivery);
  const refusal = scriptedReply(call, behaviour);
  if (refusal) return deliverReply(refusal, delivery);
  const answer = call.answer({ reply: behaviour.reply, usage: behaviour.usage });
  if (answer.kind === "stream") return deliverStream(answer, call, behaviour, delivery);
  return deliverShaped(answer, call, behaviour, delivery);
}

export async function deliverReply(reply: Reply, { response, record }: Delivery): Promise<void> {
  const body = Buffer.from(reply.body);
  record.status = reply.status;
  response.writeHead(reply.status, { ...reply.headers, "content-length": String(body.length) });
  response.end(body);
  if (!response.destroyed) await once(response, "close").catch(() => undefined);
}

async function hang(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

function scriptedReply(call: Call, behaviour: Behaviour): Reply | undefined {
  if (behaviour.throttle) return call.failures.throttle(behaviour.throttle.retryAfterSeconds);
  if (!behaviour.status) return undefined;
  const { status, body, headers } = behaviour.status;
  if (typeof body !== "string") return jsonReply(status, body ?? {}, headers);
  return { kind: "reply", status, headers: { "content-type": "text/plain", ...headers }, body };
}

/** A plain JSON answer has no chunks, so the stream faults become their nearest relatives. */
async function deliverShaped(
  reply: Reply,
  call: Call,
  behaviour: Behaviour,
  delivery: Delivery,
): Promise<void> {
  const { response, record } = delivery;
  const body = Buffer.from(reply.body);
  const half = body.subarray(0, Math.floor(body.length / 2));
  if (behaviour.errorAt !== undefined)
    return deliverReply(call.failures.failure(faultOf(behaviour)), delivery);
  if (behaviour.emptyStream) return deliverReply({ ...reply, body: "" }, delivery);
  if (behaviour.cleanEndAt !== undefined) return deliverReply({ ...reply, body: half }, delivery);
  if (behaviour.corruptAt !== undefined)
    return deliverReply({ ...reply, body: call.failures.corrupt(body) }, delivery);
  if (behaviour.cutAt === undefined) return deliverReply(reply, delivery);
  record.status = reply.status;
  response.writeHead(reply.status, { ...reply.headers, "content-length": String(body.length) });
  await write(half, delivery);
  cut(delivery);
}

async function deliverStream(
  stream: Stream,
  call: Call,
  behaviour: Behaviour,
  delivery: Delivery,
): Promise<void> {
  const { response, record } = delivery;
  record.status = 200;
  response.writeHead(200, stream.headers);
  response.flushHeaders();
  if (behaviour.nothingButPingsMs) return pingForever(behaviour.nothingButPingsMs, delivery);
  if (behaviour.stallBeforeFirstTokenMs)
    await sleep(behaviour.stallBeforeFirstTokenMs, undefined, delivery);
  if (!behaviour.emptyStream && !(await deliverChunks(stream, call, behaviour, delivery))) return;
  if (response.destroyed) return;
  response.end();
  await once(response, "close").catch(() => undefined);
}

async function pingForever(everyMs: number, delivery: Delivery): Promise<void> {
  for (;;) {
    await write(Buffer.from(": still there\n\n"), delivery);
    await sleep(everyMs, undefined, delivery);
  }
}

/** False when the socket was cut on purpose. */
async function deliverChunks(
  stream: Stream,
  call: Call,
  behaviour: Behaviour,
  delivery: Delivery,
): Promise<boolean> {
  const writer = behaviour.splitBytes ? splitting(behaviour.splitBytes, delivery) : plain(delivery);
  const errorChunk =
    typeof behaviour.errorAt === "number" ? behaviour.errorAt : behaviour.errorAt?.chunk;
  for (const [index, chunk] of stream.chunks.entries()) {
    if (behaviour.stallAt?.chunk === index) await sleep(behaviour.stallAt.ms, undefined, delivery);
    if (behaviour.cutAt === index) return cut(delivery);
    if (behaviour.cleanEndAt === index) break;
    if (errorChunk === index) {
      await writer.write(call.failures.errorChunk(faultOf(behaviour), index));
      break;
    }
    if (behaviour.paceMs) await sleep(behaviour.paceMs, undefined, delivery);
    await writer.write(behaviour.corruptAt === index ? call.failures.corrupt(chunk) : chunk);
    delivery.record.chunksSent = index + 1;
  }
  await writer.flush();
  return true;
}

interface ChunkWriter {
  write(chunk: Buffer): Promise<void>;
  flush(): Promise<void>;
}

function plain(delivery: Delivery): ChunkWriter {
  return { write: (chunk) => write(chunk, delivery), flush: async () => undefined };
}

/** Pieces cross chunk borders, as the network's do. */
function splitting(pieceBytes: number, delivery: Delivery): ChunkWriter {
  let rest: Buffer = Buffer.alloc(0);
  return {
    async write(chunk) {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= pieceBytes) {
        await write(rest.subarray(0, pieceBytes), delivery);
        rest = rest.subarray(pieceBytes);
        // A turn of the loop keeps neighbouring pieces from being joined again in one packet.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    flush: async () => (rest.length > 0 ? write(rest, delivery) : undefined),
  };
}

function faultOf(behaviour: Behaviour): Fault {
  return typeof behaviour.errorAt === "object" ? behaviour.errorAt : {};
}

async function write(chunk: Buffer, { response, signal }: Delivery): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => reject(new Error("the client went away"));
    signal.addEventListener("abort", stop, { once: true });
    response.write(chunk, () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
  });
}

function cut({ response, record }: Delivery): false {
  record.finishedAtMs = Date.now();
  response.socket?.destroy();
  return false;
}
