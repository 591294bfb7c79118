import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sonnetIn } from "./regions.ts";
import { entry, startWorld, type World } from "./world.ts";

// What a team, a key and a customer say of how their calls are routed, over the whole gateway.
let world: World;

const REGIONS = ["us-east-1", "eu-central-1"];

beforeAll(async () => {
  world = await startWorld({
    models: (upstream) =>
      REGIONS.flatMap((region) => {
        const parameters = sonnetIn(region, upstream);
        return [
          entry("sonnet", parameters, { id: `sonnet-${region}` }),
          entry(`only-${region}`, parameters, { id: `only-${region}` }),
        ];
      }),
  });
});
afterAll(() => world.stop());

async function manage(path: string, body: object) {
  const answered = await world.gateway.admin(path, { method: "POST", body });
  if (answered.status !== 200) throw new Error(`${path}: ${await answered.text()}`);
  return (await answered.json()) as { key: string; team_id: string };
}

async function deploymentOf(key: string, body: object = {}): Promise<string | null> {
  const response = await fetch(`${world.gateway.url}/v1/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      ...{ model: "sonnet", max_tokens: 20 },
      messages: [{ role: "user", content: `tokens:2 ${crypto.randomUUID()}` }],
      ...body,
    }),
  });
  await response.text();
  return response.headers.get("x-litellm-model-id") ?? String(response.status);
}

const times = <Value>(count: number, work: () => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, work));

describe("where prompts may be read", () => {
  test("is a team's to say, for all its keys", async () => {
    const router_settings = { allowed_model_region: "eu" };
    const { team_id } = await manage("/team/new", { team_alias: "europeans", router_settings });
    const { key } = await manage("/key/generate", { team_id });
    const asked = await times(12, () => deploymentOf(key));
    expect(new Set(asked)).toEqual(new Set(["sonnet-eu-central-1"]));
    expect(await deploymentOf(key, { model: "only-us-east-1" })).toBe("403");
  });

  test("is a customer's, whoever asks for them, and changes at once", async () => {
    await manage("/customer/new", { user_id: "cora", allowed_model_region: "us" });
    const { key } = await manage("/key/generate", {});
    const metadata = { user_id: "cora" };
    const asked = await times(12, () => deploymentOf(key, { metadata }));
    expect(new Set(asked)).toEqual(new Set(["sonnet-us-east-1"]));
    await manage("/customer/update", { user_id: "cora", allowed_model_region: "eu" });
    expect(await deploymentOf(key, { metadata })).toBe("sonnet-eu-central-1");
  });
});

describe("fallbacks of a key", () => {
  test("are asked for its calls and for nobody else's", async () => {
    const fallbacks = [{ "only-us-east-1": ["only-eu-central-1"] }];
    const { key } = await manage("/key/generate", { router_settings: { fallbacks } });
    const plain = await manage("/key/generate", {});
    world.upstream.reset();
    const down = { throttle: { retryAfterSeconds: 60 } };
    world.upstream.script({ region: "us-east-1" }, [down], { sticky: true });
    const model = "only-us-east-1";
    expect(await deploymentOf(key, { model })).toBe("only-eu-central-1");
    expect(await deploymentOf(plain.key, { model })).toBe("429");
  });
});
