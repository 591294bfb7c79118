import { afterAll, beforeAll, expect, test } from "vitest";
import type { Upstream } from "../upstream/upstream.ts";
import {
  ASKINGS,
  hear,
  MODELS,
  startTwoPlaces,
  type Asking,
  type TwoPlaces,
} from "./two-places.ts";
import type { CallRow } from "./world.ts";

/** A first word that is late is asked for elsewhere, and only what vendors bill is charged. */
let world: TwoPlaces;

beforeAll(async () => {
  world = await startTwoPlaces(
    {},
    {
      settings: {
        router_settings: { disable_cooldowns: true },
        sekisho_settings: { routing: { hedge_after_ms: 250 } },
      },
    },
  );
});
afterAll(() => world.stop());

const CHAT = ASKINGS[0] as Asking;

type HedgedRow = CallRow & { hedged_nano_usd: number; deployment_id: string };

/** Whether each request was given up by the gateway. A stand-in sees that a moment later. */
const abortedAt = ({ requests }: Upstream) =>
  requests.map(({ abortedAtMs }) => abortedAtMs !== undefined);

async function once(model: string, stallMs: number) {
  world.upstream.reset();
  world.first.reset();
  world.first.script({}, [{ stallBeforeFirstTokenMs: stallMs }], { sticky: true });
  const key = await world.gateway.createKey({ max_budget: 100 });
  const heard = await hear(world, key, CHAT, { model, stream: true });
  const [row] = (await world.rows(key, 1)) as HedgedRow[];
  const { info } = (await (await world.gateway.admin(`/key/info?key=${key}`)).json()) as {
    info: { spend: number };
  };
  expect(Math.round(info.spend * 1e9)).toBe(row?.cost_nano_usd);
  return { ...heard, row };
}

test.each(MODELS)(
  "%s: the second answers, the first is cancelled, both are paid",
  async (model) => {
    const prompt = await once(model, 0);
    expect(prompt.row).toMatchObject({ hedged_nano_usd: 0, attempts: 1 });
    expect(world.upstream.requests).toHaveLength(0);
    const seen = await once(model, 10_000);
    expect([seen.status, seen.cut]).toEqual([200, false]);
    expect(seen.text).toContain("w7");
    await expect.poll(() => abortedAt(world.first)).toEqual([true]);
    const extra = (seen.row?.cost_nano_usd ?? 0) - (prompt.row?.cost_nano_usd ?? 0);
    expect(extra).toBeGreaterThan(0);
    expect(seen.row).toMatchObject({ hedged_nano_usd: extra, attempts: 2, status: "success" });
    // The prompt once more, and never the words.
    expect(extra).toBeLessThan(prompt.row?.cost_nano_usd ?? 0);
  },
);

test("the first may still be the quicker one: the second is cancelled", async () => {
  world.upstream.reset();
  world.first.reset();
  world.first.script({}, [{ stallBeforeFirstTokenMs: 700 }]);
  world.upstream.script({}, [{ stallBeforeFirstTokenMs: 10_000 }]);
  const key = await world.gateway.createKey();
  const heard = await hear(world, key, CHAT, { model: "two-gpt", stream: true });
  expect(heard.text).toContain("w7");
  await expect.poll(() => abortedAt(world.upstream)).toEqual([true]);
  expect(await world.rows(key, 1)).toMatchObject([{ attempts: 2, status: "success" }]);
});
