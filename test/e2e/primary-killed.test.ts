import { afterAll, beforeAll, expect, test } from "vitest";
import { ASKINGS, hear, MODELS, startTwoPlaces, type Heard, type TwoPlaces } from "./two-places.ts";

/** The place that is asked first dies in the middle of five hundred calls, or of `SEKISHO_CALLS`. */
let world: TwoPlaces;

beforeAll(async () => {
  world = await startTwoPlaces({}, { settings: { router_settings: { num_retries: 2 } } });
});
afterAll(() => world.stop());

const CALLS = Number(process.env["SEKISHO_CALLS"] ?? 500);
const AT_ONCE = 20;
const KILLED_AFTER = Math.round(CALLS * 0.3);

interface Call extends Heard {
  stream: boolean;
  isWhole: boolean;
  /** It broke after its first words, and said so. */
  isTold: boolean;
}

async function callOnce(key: string, number: number): Promise<Call> {
  const asking = ASKINGS[number % ASKINGS.length];
  const model = MODELS[Math.floor(number / ASKINGS.length) % MODELS.length];
  if (asking === undefined || model === undefined) throw new Error("no such call");
  const stream = number % 3 !== 0;
  const heard = await hear(world, key, asking, { model, stream });
  const isWhole =
    heard.status === 200 &&
    !heard.cut &&
    heard.text.includes("w7") &&
    !asking.error.test(heard.text);
  const isTold = heard.cut && (heard.text.match(asking.error) ?? []).length === 1;
  return { ...heard, stream, isWhole, isTold };
}

test("at least 99.9 % of calls succeed, and none is charged twice", async () => {
  // Slow enough that the death meets streams in every state.
  for (const place of [world.first, world.upstream])
    place.script({}, [{ paceMs: 4 }], { sticky: true });
  const key = await world.gateway.createKey({ max_budget: 1_000 });
  const seen: Call[] = [];
  let begun = 0;
  let killing: Promise<void> | undefined;
  const work = async (): Promise<void> => {
    for (let number = begun++; number < CALLS; number = begun++) {
      seen.push(await callOnce(key, number));
      if (seen.length === KILLED_AFTER) killing = world.first.stop();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await killing;

  const begunStreams = seen.filter((one) => one.isTold);
  const answered = seen.filter((one) => one.isWhole);
  const others = seen.filter((one) => !one.isWhole && !one.isTold);
  expect(others.map(({ status, text }) => [status, text])).toEqual([]);
  // The dead place had no more than what was under way to break.
  expect(begunStreams.length).toBeLessThanOrEqual(AT_ONCE);
  expect(answered.length).toBeGreaterThanOrEqual((CALLS - begunStreams.length) * 0.999);
  // Of many calls these are few enough to be among the thousandth.
  if (CALLS >= 3_000) expect(answered.length).toBeGreaterThanOrEqual(CALLS * 0.999);
  expect(answered.some((one) => Number(one.headers.get("x-litellm-attempted-retries")) > 0)).toBe(
    true,
  );

  const rows = await world.rows(key, CALLS);
  expect(rows).toHaveLength(CALLS);
  expect(new Set(rows.map((row) => row.request_id)).size).toBe(CALLS);
  const succeeded = rows.filter((row) => row.status === "success");
  expect(succeeded).toHaveLength(answered.length);
  expect(rows.filter((row) => row.ending === "broken")).toHaveLength(begunStreams.length);
  // Eight words each, and the prompt once: what one attempt costs, however many there were.
  for (const row of succeeded) {
    expect([row.usage_source, row.output_tokens]).toEqual(["reported", 8]);
  }
  const byModel = Map.groupBy(succeeded, (row) => `${row.model_group} ${row.input_tokens}`);
  for (const [, same] of byModel) {
    expect(new Set(same.map((row) => row.cost_nano_usd)).size).toBe(1);
  }
  const response = await world.gateway.admin(`/key/info?key=${key}`);
  const { info } = (await response.json()) as { info: { spend: number } };
  const sum = rows.reduce((all, row) => all + row.cost_nano_usd, 0);
  expect(Math.round(info.spend * 1e9)).toBe(sum);
}, 600_000);
