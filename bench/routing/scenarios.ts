import type { FakeUpstream } from "./upstream.ts";
import type { Quota, Quotas } from "./vendor.ts";

type Address = Pick<FakeUpstream, "url" | "serviceAccountJson">;

/** One way to serve the same traffic. Its name is also the model's. */
export interface Scenario {
  name: string;
  /** In the table. */
  title: string;
  places: readonly string[];
  isLimited: boolean;
  strategy?: string;
}

/**
 * Three regions of Bedrock, and Vertex, by their share of the first one's quota. Seldom does a company
 * get the same everywhere. What comes is nine tenths of it all.
 */
const SHARES: Readonly<Record<string, number>> = {
  "us-east-1": 1,
  "us-west-2": 1,
  "eu-west-1": 0.5,
  vertex: 0.3,
};
const ALL_PLACES = Object.keys(SHARES);

/** Traffic, of the first region's quota. */
export const LOAD = 2.5;

/** Agents that begin together make a tenth of the first region's quota. */
export function fleetSizeOf(quota: number): number {
  return Math.max(1, Math.round(quota / 200));
}

export function quotasOf(quota: number): Quotas {
  const places = Object.entries(SHARES);
  return Object.fromEntries(
    places.map(([place, share]) => [place, { requestsPerMinute: quota * share }]),
  );
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "unlimited",
    title: "one region without a quota",
    places: ["us-east-1"],
    isLimited: false,
  },
  { name: "single", title: "one region", places: ["us-east-1"], isLimited: true },
  ...[
    "simple-shuffle",
    "least-busy",
    "usage-based-routing",
    "latency-based-routing",
    "adaptive",
  ].map((strategy) => ({
    ...{ name: strategy, title: `four places, \`${strategy}\``, places: ALL_PLACES },
    ...{ isLimited: true, strategy },
  })),
];

export function quotasByScenario(
  quotas: Quotas,
): Record<string, Record<string, Quota | undefined>> {
  return Object.fromEntries(
    SCENARIOS.map(({ name, places, isLimited }) => [
      name,
      Object.fromEntries(places.map((place) => [place, isLimited ? quotas[place] : undefined])),
    ]),
  );
}

/** What an operator would write: nothing of quotas, and a strategy where it is not ours. */
export function configOf(upstream: Address): object {
  return {
    model_list: SCENARIOS.flatMap(({ name, places }) =>
      places.map((place) => ({
        model_name: name,
        litellm_params:
          place === "vertex" ? onVertex(name, upstream) : onBedrock(name, place, upstream),
        model_info: { id: `${name}@${place}` },
      })),
    ),
    router_settings: {
      routing_groups: SCENARIOS.flatMap(({ name, strategy }) =>
        strategy === undefined ? [] : [{ models: [name], routing_strategy: strategy }],
      ),
    },
  };
}

function onBedrock(scenario: string, region: string, { url }: Address): object {
  return {
    model: `bedrock/${region.slice(0, 2)}.anthropic.claude-sonnet-4-5-20250929-v1:0`,
    aws_region_name: region,
    aws_access_key_id: "AKIABENCH",
    aws_secret_access_key: "secret-of-the-bench",
    aws_bedrock_runtime_endpoint: `${url}/${scenario}/${region}`,
  };
}

function onVertex(scenario: string, { url, serviceAccountJson }: Address): object {
  return {
    model: "vertex_ai/claude-sonnet-4-5@20250929",
    vertex_location: "us-east5",
    vertex_credentials: serviceAccountJson,
    api_base: `${url}/${scenario}/vertex`,
  };
}
