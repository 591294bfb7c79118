import { createBodyPatch } from "../core/body-patch.ts";
import type { ChatEvent } from "../core/chat.ts";
import { isJsonObject, parseJson, type JsonObject } from "../core/json.ts";
import type { Frame } from "../dialects/framing/frame.ts";
import { objectIn } from "../dialects/lenient.ts";
import {
  responseIdsIn,
  sealedMembers,
  sealEvent,
  type Seals,
} from "../dialects/openai-responses/seal.ts";
import { withAccount } from "../dialects/proof-envelope.ts";
import type { ReadFrame } from "./answer-stream.ts";
import { rewritesBytes, type KeptSealing, type Sealing } from "./sealing.ts";
import type { StreamedAnswer, WholeAnswer } from "./upstream-answer.ts";

/** The answer as its caller is told it; see `Sealing`. */
export async function sealAnswer<Given extends WholeAnswer | StreamedAnswer>(
  answer: Given,
  sealing: Sealing,
): Promise<WholeAnswer | StreamedAnswer> {
  if (!sealing.isTranslated && !rewritesBytes(sealing)) return answer;
  const sealer = createSealer(sealing);
  const { isTranslated } = sealing;
  return answer.kind === "whole"
    ? sealWhole(answer, sealer, isTranslated)
    : sealStream(answer, sealer, isTranslated);
}

/** The members of a kept answer, or of a list of its items, that are told otherwise. */
export async function sealObject(object: JsonObject, seals: KeptSealing): Promise<JsonObject> {
  return sealedMembers(object, await createSealer(seals).sealsFor(object));
}

interface Sealer {
  /** Seals the ids in this answer. They stay sealed for whatever comes after. */
  sealsFor(response: JsonObject): Promise<Seals>;
  sealEvents(events: readonly ChatEvent[]): ChatEvent[];
}

function createSealer({ sealId, marksThoughts, vendorAccount, sentIds }: KeptSealing): Sealer {
  const ids = new Map(sentIds);
  const seals: Seals = { ids, account: marksThoughts ? vendorAccount : undefined };
  return {
    async sealsFor(response) {
      const fresh =
        sealId === undefined ? [] : responseIdsIn(response).filter((id) => !ids.has(id));
      for (const id of fresh) ids.set(id, (await sealId?.(id)) ?? id);
      return seals;
    },
    sealEvents: (events) =>
      events.map((event) =>
        event.type === "start"
          ? { ...event, id: ids.get(event.id) ?? event.id }
          : withAccount(event, vendorAccount),
      ),
  };
}

async function sealWhole(
  answer: WholeAnswer,
  sealer: Sealer,
  isTranslated: boolean,
): Promise<WholeAnswer> {
  const { text, value } = answer;
  if (isTranslated || !isJsonObject(value))
    return { ...answer, events: sealer.sealEvents(answer.events) };
  const members = sealedMembers(value, await sealer.sealsFor(value));
  const patch = createBodyPatch(text, value);
  for (const [name, member] of Object.entries(members)) patch.set(name, member);
  return {
    ...answer,
    text: patch.text(),
    value: { ...value, ...members },
    events: sealer.sealEvents(answer.events),
  };
}

async function sealStream(
  answer: StreamedAnswer,
  sealer: Sealer,
  isTranslated: boolean,
): Promise<StreamedAnswer> {
  const { stream } = answer;
  const sealAll = async (frames: readonly ReadFrame[]): Promise<ReadFrame[]> => {
    const sealed: ReadFrame[] = [];
    // One after the other: an id is known from its first frame on.
    for (const { frame, events } of frames) {
      const bytes = frame && (isTranslated ? frame : await sealFrame(frame, sealer));
      sealed.push({ frame: bytes, events: sealer.sealEvents(events) });
    }
    return sealed;
  };
  return {
    ...answer,
    heldBack: await sealAll(answer.heldBack),
    stream: {
      ...stream,
      async next() {
        const frames = await stream.next();
        return frames && sealAll(frames);
      },
    },
  };
}

async function sealFrame(frame: Frame, sealer: Sealer): Promise<Frame> {
  if (!mayHoldSealed(frame.data)) return frame;
  const event = parseJson(frame.data);
  if (!isJsonObject(event)) return frame;
  const seals = await sealer.sealsFor(objectIn(event.response));
  return { ...frame, data: JSON.stringify(sealEvent(event, seals)) };
}

/** Nearly all frames are a few more words, and are not worth parsing. */
function mayHoldSealed(data: string): boolean {
  return data.includes('"response"') || data.includes('"encrypted_content"');
}
