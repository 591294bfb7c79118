import { afterAll, beforeAll, expect, test } from "vitest";
import type { Behaviour } from "../upstream/script.ts";
import { ASKINGS, hear, MODELS, startTwoPlaces, type TwoPlaces } from "./two-places.ts";

/**
 * Nothing reaches a caller before the first meaningful event: whatever a vendor does until then, in
 * whichever grammar, another deployment answers and nobody knows.
 */
let world: TwoPlaces;
let key: string;

beforeAll(async () => {
  world = await startTwoPlaces(
    { stream_timeout: 0.6, timeout: 3 },
    // Nobody rests, so that the first place is asked first every time.
    { settings: { router_settings: { num_retries: 2, disable_cooldowns: true } } },
  );
  key = await world.gateway.createKey();
});
afterAll(() => world.stop());

const FAULTS: Record<string, Behaviour> = {
  "an error and nothing else": { errorAt: 0 },
  "an error after its opening": { errorAt: 1 },
  "200 and the end": { emptyStream: true },
  "an opening and the end": { cleanEndAt: 1 },
  "a cut before anything": { cutAt: 0 },
  "a cut after its opening": { cutAt: 1 },
  "silence after the status line": { stallBeforeFirstTokenMs: 10_000 },
  "silence after its opening": { stallAt: { chunk: 1, ms: 10_000 } },
  "nothing but pings": { nothingButPingsMs: 50 },
  "a first frame that does not parse": { corruptAt: 0 },
};

/** Grammars whose first chunk is an answer already: Gemini's has words in it. */
const SPEAKS_AT_ONCE = new Set(["two-gemini"]);

const cases = MODELS.flatMap((model) =>
  Object.entries(FAULTS)
    .filter(([name]) => !(name.includes("opening") && SPEAKS_AT_ONCE.has(model)))
    .map(([name, fault]) => [model, name, fault] as const),
);

test.each(cases)(
  "a stream of %s that begins with %s is answered by the second place",
  async (model, _name, fault) => {
    world.upstream.reset();
    world.first.reset();
    const script = world.first.script({}, [fault], { sticky: true });
    await Promise.all(
      ASKINGS.map(async (asking) => {
        const heard = await hear(world, key, asking, { model, stream: true });
        expect([asking.name, heard.status, heard.cut]).toEqual([asking.name, 200, false]);
        expect(heard.text).toContain(asking.final);
        expect(heard.text).toContain("w7");
        expect(heard.text).not.toMatch(asking.error);
        expect(heard.headers.get("x-litellm-attempted-retries")).toBe("1");
      }),
    );
    expect([script.used, world.upstream.requests.length]).toEqual([ASKINGS.length, ASKINGS.length]);
  },
);

test("whole answers that break are answered by the second place, in every grammar", async () => {
  for (const fault of [{ cutAt: 1 }, { emptyStream: true as const }, { corruptAt: 0 }]) {
    for (const model of MODELS) {
      for (const asking of ASKINGS) {
        world.first.reset();
        world.first.script({}, [fault], { sticky: true });
        const heard = await hear(world, key, asking, { model, stream: false });
        expect([model, asking.name, heard.status]).toEqual([model, asking.name, 200]);
        expect(heard.text).toContain("w7");
      }
    }
  }
});
