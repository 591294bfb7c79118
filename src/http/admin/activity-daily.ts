import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import type { Database } from "../../platform/db/database.ts";
import { findKeyNames, findTeamAliases } from "../../platform/db/spend.ts";
import { findLabelUsage, type LabelDimension } from "../../platform/db/usage-labels.ts";
import {
  findUsage,
  type Dimension,
  type UsageFilter,
  type UsageGroup,
  type UsageSums,
} from "../../platform/db/usage.ts";
import * as field from "./fields.ts";
import { readRoute, type AdminCall, type AdminRoute } from "./route.ts";
import { requireVisibleUser } from "./spend-visibility.ts";
import {
  daysOf,
  GROUPS_MAX,
  keyHashOf,
  periodFields,
  periodOf,
  requireComplete,
  type Period,
} from "./usage-period.ts";
import { addSums, byFirst, NO_SUMS, sumAll, totalTokens } from "./usage-sums.ts";

const DailyQuery = z.object({
  ...periodFields,
  page: field.pageNumber(1, 1_000),
  /** In days. */
  page_size: field.pageNumber(50, 1_000),
  api_key: field.text.optional(),
  model: field.text.optional(),
});

const list = z
  .string()
  .max(8_192)
  .transform((written) =>
    written
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean),
  )
  .optional();

type DailyCall = AdminCall & { query: z.output<typeof DailyQuery> };

/** Sums of a period by day and one thing more. */
type Source = (by: Breakdown | undefined, period: Period) => Promise<UsageGroup[]>;
type Breakdown = "served_model" | "model" | "provider" | "key" | "entity";

/** What LiteLLM's usage pages read: each day, by model, provider, key, and whoever it is about. */
export const dailyActivityRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/user/daily/activity"],
    action: "spend.read",
    summary: "Usage by day of one person, or of all who may be seen.",
    query: DailyQuery.extend({ user_id: field.text.optional() }),
    answer: async (call) => answerDaily(call, await personsUsage(call)),
  }),
  readRoute({
    paths: ["/user/daily/activity/aggregated"],
    action: "spend.read",
    summary: "The same, all days in one answer.",
    query: DailyQuery.extend({ user_id: field.text.optional() }),
    answer: async (call) => {
      const query = { ...call.query, page: 1, page_size: ALL_DAYS };
      return answerDaily({ ...call, query }, await personsUsage(call));
    },
  }),
  readRoute({
    paths: ["/team/daily/activity"],
    action: "spend.read",
    summary: "Usage by day of teams.",
    query: DailyQuery.extend({ team_ids: list, exclude_team_ids: list }),
    async answer(call) {
      const { team_ids: team, exclude_team_ids: excluded } = call.query;
      return answerDaily(call, await sumsUsage(call, "team", { team }, { team: excluded }));
    },
  }),
  readRoute({
    paths: ["/organization/daily/activity"],
    action: "spend.read",
    summary: "Usage by day of organizations.",
    query: DailyQuery.extend({ organization_ids: list }),
    async answer(call) {
      const { organization_ids: organization } = call.query;
      return answerDaily(call, await sumsUsage(call, "organization", { organization }));
    },
  }),
  readRoute({
    paths: ["/tag/daily/activity"],
    action: "spend.read",
    summary: "Usage by day of tags. A call with two tags counts under both.",
    query: DailyQuery.extend({ tags: list }),
    answer: async (call) => answerDaily(call, await labelsUsage(call, "tag", call.query.tags)),
  }),
  readRoute({
    paths: ["/customer/daily/activity", "/end_user/daily/activity"],
    action: "spend.read",
    summary: "Usage by day of end users.",
    query: DailyQuery.extend({ end_user_ids: list }),
    answer: async (call) =>
      answerDaily(call, await labelsUsage(call, "end_user", call.query.end_user_ids)),
  }),
];

/** More than a period may have. */
const ALL_DAYS = 1_000;

async function personsUsage(
  call: DailyCall & { query: { user_id?: string | undefined } },
): Promise<Source> {
  const { user_id: user } = call.query;
  if (user !== undefined) requireVisibleUser(call, user);
  return sumsUsage(call, "user", { user });
}

async function sumsUsage(
  { query, deps, coverage }: DailyCall,
  entity: Dimension,
  about: UsageFilter,
  exclude: UsageFilter = {},
): Promise<Source> {
  const key = await keyHashOf(query.api_key, deps);
  const filter: UsageFilter = { ...about, key, model: query.model };
  return (by, period) => {
    const further = by === undefined ? [] : [by === "entity" ? entity : by];
    const groupBy: Dimension[] = ["day", ...further];
    const size = GROUPS_MAX;
    return findUsage(deps.db, { groupBy, ...period, filter, exclude, coverage, size });
  };
}

async function labelsUsage(
  { query, deps, coverage }: DailyCall,
  kind: "tag" | "end_user",
  labels: readonly string[] | undefined,
): Promise<Source> {
  const keyHash = await keyHashOf(query.api_key, deps);
  const { model } = query;
  return (by, period) => {
    const further: LabelDimension[] = by === undefined ? [] : [by === "entity" ? "label" : by];
    const groupBy: LabelDimension[] = ["day", ...further];
    const size = GROUPS_MAX;
    const asked = { kind, groupBy, ...period, labels, keyHash, model, coverage, size };
    return findLabelUsage(deps.db, asked);
  };
}

/** Newest day first. A page is so many days of the calendar, whether or not something happened. */
async function answerDaily({ query, deps }: DailyCall, source: Source): Promise<JsonObject> {
  const days = daysOf(periodOf(query, deps)).toReversed();
  const { page, page_size: size } = query;
  const [last, ...others] = days.slice((page - 1) * size, page * size);
  const pages = Math.ceil(days.length / size);
  const used =
    last === undefined
      ? []
      : await readDays(source, { fromDay: others.at(-1) ?? last, toDay: last });
  const names = await findNames(used, deps.db);
  return {
    results: used.map((one) => renderDay(one, names)),
    metadata: {
      ...totalsOf(used.map(({ sums }) => sums).reduce(addSums, NO_SUMS)),
      page,
      total_pages: pages,
      has_more: page < pages,
    },
  };
}

interface Day {
  day: string;
  sums: UsageSums;
  models: UsageGroup[];
  modelGroups: UsageGroup[];
  providers: UsageGroup[];
  keys: UsageGroup[];
  entities: UsageGroup[];
}

/** Days on which something happened, newest first. */
async function readDays(source: Source, period: Period): Promise<Day[]> {
  const read = async (by?: Breakdown) => byFirst(requireComplete(await source(by, period)));
  const [totals, models, modelGroups, providers, keys, entities] = await Promise.all([
    read(),
    read("served_model"),
    read("model"),
    read("provider"),
    read("key"),
    read("entity"),
  ]);
  const newestFirst = [...totals.keys()].toSorted().toReversed();
  return newestFirst.map((day) => ({
    day,
    sums: sumAll(totals.get(day) ?? []),
    models: models.get(day) ?? [],
    modelGroups: modelGroups.get(day) ?? [],
    providers: providers.get(day) ?? [],
    keys: keys.get(day) ?? [],
    entities: entities.get(day) ?? [],
  }));
}

interface Names {
  keys: Awaited<ReturnType<typeof findKeyNames>>;
  teams: Map<string, string>;
}

async function findNames(days: readonly Day[], db: Database): Promise<Names> {
  const firstOf = ({ group }: UsageGroup) => group[0] ?? "";
  return {
    keys: await findKeyNames(
      db,
      days.flatMap(({ keys }) => keys.map(firstOf)),
    ),
    teams: await findTeamAliases(
      db,
      days.flatMap(({ entities }) => entities.map(firstOf)),
    ),
  };
}

function renderDay(day: Day, names: Names): JsonObject {
  return {
    date: day.day,
    metrics: metricsOf(day.sums),
    breakdown: {
      models: renderBranch(day.models),
      providers: renderBranch(day.providers),
      api_keys: renderBranch(day.keys, (hash) => ({
        key_alias: names.keys.get(hash)?.alias ?? null,
        team_id: names.keys.get(hash)?.teamId ?? null,
      })),
      model_groups: renderBranch(day.modelGroups),
      entities: renderBranch(day.entities, (id) => {
        const alias = names.teams.get(id);
        return alias === undefined ? {} : { team_alias: alias };
      }),
    },
  };
}

function renderBranch(
  groups: readonly UsageGroup[],
  metadataOf: (name: string) => JsonObject = () => ({}),
): JsonObject {
  return Object.fromEntries(
    groups.map(({ group: [name = ""], sums }) => [
      name,
      { metrics: metricsOf(sums), metadata: metadataOf(name) },
    ]),
  );
}

function metricsOf(sums: UsageSums): JsonObject {
  return {
    spend: usdFromNano(sums.costNanoUsd),
    prompt_tokens: sums.inputTokens,
    completion_tokens: sums.outputTokens,
    total_tokens: totalTokens(sums),
    api_requests: sums.requests,
    cache_read_input_tokens: sums.cacheReadTokens,
    cache_creation_input_tokens: sums.cacheWriteTokens,
    successful_requests: sums.requests - sums.failures,
    failed_requests: sums.failures,
  };
}

/** Of this page, because LiteLLM's clients add pages up. */
function totalsOf(sums: UsageSums): JsonObject {
  return {
    total_spend: usdFromNano(sums.costNanoUsd),
    total_prompt_tokens: sums.inputTokens,
    total_completion_tokens: sums.outputTokens,
    total_tokens: totalTokens(sums),
    total_api_requests: sums.requests,
    total_successful_requests: sums.requests - sums.failures,
    total_failed_requests: sums.failures,
    total_cache_read_input_tokens: sums.cacheReadTokens,
    total_cache_creation_input_tokens: sums.cacheWriteTokens,
  };
}
