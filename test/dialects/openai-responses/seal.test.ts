import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import {
  sealedMembers,
  sealEvent,
  responseIdsIn,
} from "../../../src/dialects/openai-responses/seal.ts";
import { unwrapProof } from "../../../src/dialects/proof-envelope.ts";

const ids = new Map([
  ["resp_1", "resp_skA"],
  ["resp_0", "resp_skB"],
]);
const thought = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAAAAB" };
const words = { type: "message", id: "msg_1", role: "assistant", content: [] };
const response: JsonObject = {
  id: "resp_1",
  previous_response_id: "resp_0",
  metadata: { note: "resp_1" },
  output: [thought, words],
};

describe("an answer", () => {
  it("is told by the caller's ids, and what merely looks like one stays", () => {
    expect(responseIdsIn(response)).toEqual(["resp_1", "resp_0"]);
    expect(sealedMembers(response, { ids, account: undefined })).toEqual({
      id: "resp_skA",
      previous_response_id: "resp_skB",
    });
  });

  it("has its thoughts marked where they have to be", () => {
    const { output } = sealedMembers(response, { ids: new Map(), account: "west" });
    const [marked, other] = Array.isArray(output) ? output : [];
    expect(other).toBe(words);
    const proof = unwrapProof(String((marked as JsonObject).encrypted_content), "openai");
    expect(proof).toEqual({
      issuer: "openai",
      kind: "encrypted",
      data: "gAAAAAB",
      account: "west",
    });
  });

  it("changes in nothing when there is nothing to tell otherwise", () => {
    const plain = { id: "resp_9", previous_response_id: null, output: [words] };
    expect(sealedMembers(plain, { ids, account: "west" })).toEqual({});
  });
});

describe("an event", () => {
  const seals = { ids, account: "west" };

  it("that carries the answer or an item is told otherwise", () => {
    const created = sealEvent({ type: "response.created", sequence_number: 0, response }, seals);
    expect(created).toMatchObject({ sequence_number: 0, response: { id: "resp_skA" } });
    const done = sealEvent({ type: "response.output_item.done", item: thought }, seals);
    expect(done).not.toEqual({ type: "response.output_item.done", item: thought });
    const said = { type: "response.output_item.done", item: words };
    expect(sealEvent(said, seals)).toEqual(said);
  });

  it("of words stays as it is", () => {
    const delta = { type: "response.output_text.delta", item_id: "msg_1", delta: "resp_1" };
    expect(sealEvent(delta, seals)).toBe(delta);
  });
});
