import type { AnswerCacheSettings } from "../answer-cache.ts";
import type { Experiment } from "../experiments.ts";
import type { Facts } from "../facts/facts.ts";
import type { DeploymentFacts } from "../facts/resolve.ts";
import type { FailureCategory } from "../failure.ts";
import type { SharedPolicy } from "../ledger/shared/terms.ts";
import type { EndUserSettings } from "./end-users.ts";
import type { Price } from "../price.ts";
import type { NewUserDefaults } from "./new-users.ts";
import type { JsonObject } from "../json.ts";
import type { Strategy } from "../routing/choice.ts";
import type { Region } from "../routing/region.ts";
import type { Problem } from "./problem.ts";

/** One place where one model can be asked: an entry of `model_list`. */
export interface Deployment {
  /** `model_info.id`, or a hash of the entry, stable across restarts. */
  id: string;
  /** The public name callers use (`model_name`). Several deployments may share it. */
  group: string;
  /** LiteLLM's provider word: the part of `litellm_params.model` before the first slash. */
  provider: string;
  /** The vendor's own id: the rest of `litellm_params.model`. An ARN keeps its `:` and `/`. */
  model: string;
  /** LiteLLM's word between the two that chooses a grammar: `responses`. */
  route?: string;
  /** What prices and capabilities are looked up by: `model_info.base_model`, else `model`. */
  baseModel: string;
  connection: Connection;
  /** Connection fields written `os.environ/NAME` whose variable is not set: field → NAME. */
  unresolved: Readonly<Record<string, string>>;
  weight: number | undefined;
  rpm: number | undefined;
  tpm: number | undefined;
  order: number;
  timeoutMs: number | undefined;
  streamTimeoutMs: number | undefined;
  maxRetries: number | undefined;
  /** `max_parallel_requests`, else the router's default: calls in flight at once. */
  parallelMax?: number;
  /** `region_name`: where it is, for region filters; else it is read off the connection. */
  regionName?: string;
  /** Its own word on resting; else the router's. */
  cooldownMs?: number;
  allowedFails?: number;
  allowedFailsByCategory?: CountByCategory;
  tags: string[];
  accessGroups: string[];
  dropParams: boolean;
  /** `undefined` is "nobody told us a price", which is never the same as free. */
  price: Price | undefined;
  /** `model_info` as it was written, for `/model/info`. */
  modelInfo: Readonly<Record<string, unknown>>;
  /** What its model can and its surface takes. Of the `baseModel`: another model has others. */
  facts: DeploymentFacts;
  /** Added while the gateway runs, and kept in D1. */
  stored?: boolean;
}

/**
 * How to reach it, named as in LiteLLM's `litellm_params`. Values written `os.environ/NAME` have been
 * resolved; one whose variable is not set is absent, and the provider says so.
 */
export interface Connection {
  api_key?: string;
  api_base?: string;
  api_version?: string;
  organization?: string;
  /** Whose Workers AI it is (`CLOUDFLARE_ACCOUNT_ID`). */
  account_id?: string;
  azure_ad_token?: string;
  aws_access_key_id?: string;
  aws_secret_access_key?: string;
  aws_session_token?: string;
  aws_region_name?: string;
  /** `AWS_BEARER_TOKEN_BEDROCK`, or `api_key` of a Bedrock deployment. */
  aws_bearer_token?: string;
  aws_bedrock_runtime_endpoint?: string;
  /** An application inference profile to call in place of `model`. */
  model_id?: string;
  vertex_project?: string;
  vertex_location?: string;
  /** The service account's JSON text. */
  vertex_credentials?: string;
}

/** Everything `config.yaml` says, checked. Immutable; one per isolate. */
export interface GatewayConfig {
  /** Changes whenever the file's text does; every record carries it. */
  version: string;
  deployments: readonly Deployment[];
  /** Public name → its deployments, in file order. */
  groups: ReadonlyMap<string, readonly Deployment[]>;
  /** `router_settings.model_group_alias`. */
  aliases: ReadonlyMap<string, string>;
  /** Aliases that work and that no list of models shows. */
  hiddenAliases: ReadonlySet<string>;
  /** Groups named by patterns (`bedrock/*`), most specific first. Their entries are not in `deployments`. */
  wildcards: readonly WildcardGroup[];
  router: RouterSettings;
  /** The same for a key or a team with settings of its own. */
  routerFor: ReadKeyRouter;
  /** A/B tests, by the public name they are about. */
  experiments: ReadonlyMap<string, Experiment>;
  settings: Settings;
  /** What is known of all models, the operator's `sekisho_settings.model_facts` on top. */
  facts: Facts;
  /** `environment_variables`: what variables mean that the environment itself does not set. */
  environment: Readonly<Record<string, string>>;
}

/** The router's settings for keys with `router_settings` of their own (`ownRouterSettings`). */
export type ReadKeyRouter = (own: JsonObject) => KeyRouter;

export interface KeyRouter {
  router: RouterSettings;
  /** What is wrong with them, for whoever writes them. */
  problems: readonly Problem[];
}

export interface RouterSettings {
  /** Further attempts after the first, over all deployments of the group. */
  retriesMax: number;
  /** `retry_policy`: retries by what went wrong, where the operator said so; else `retriesMax`. */
  retriesByCategory: CountByCategory;
  /** `model_group_retry_policy`: the same for single groups, before the general one. */
  groupRetries: ReadonlyMap<string, CountByCategory>;
  /** `retry_after`: the least wait before the same deployment is asked again. */
  retryAfterMsMin: number;
  timeoutMs: number;
  streamTimeoutMs: number | undefined;
  /** `ttft_timeout`: until the first token of a stream. */
  firstTokenTimeoutMs: number | undefined;
  /** `stream_idle_timeout`: between two pieces of a stream. */
  idleTimeoutMs: number | undefined;
  /** Until the status line of a stream. Undefined: as long as until its first token. */
  connectTimeoutMs: number | undefined;
  /** Undefined: nothing was written, so groups with a choice balance by free capacity. */
  strategy: Strategy | undefined;
  /** `routing_groups`: strategies of single groups, before the general one. */
  groupStrategies: ReadonlyMap<string, Strategy>;
  /** `lowest_latency_buffer`, a fraction of the lowest latency. */
  latencyBuffer: number;
  /** `routing_strategy_args.ttl`. */
  latencyTtlMs: number;
  cooldownMs: number;
  isCooldownWritten: boolean;
  cooldownsDisabled: boolean;
  /** Undefined: LiteLLM's rule by shares. See `core/routing/cooldown.ts`. */
  allowedFails: number | undefined;
  allowedFailsByCategory: CountByCategory;
  /** How long a conversation stays where its cache is; 0: it does not, undefined: by strategy. */
  affinityTtlMs: number | undefined;
  /** `enable_pre_call_checks`: deployments whose context window is too small are left out. */
  checksContextWindow: boolean;
  /** `enable_tag_filtering`, and whether one tag of several suffices. */
  filtersByTags: boolean;
  tagsMatchAny: boolean;
  /** `allowed_model_region`: prompts are read there and nowhere else. */
  region: Region | undefined;
  fallbacks: Fallbacks;
  /** A second deployment is asked when the first is silent for so long. Undefined: never. */
  hedgeAfterMs: number | undefined;
  /** The same for single groups. */
  groupHedgeAfterMs: ReadonlyMap<string, number | undefined>;
  /** How long a call waits for a place when every deployment is full; 0: it is refused at once. */
  queueWaitMs: number;
  /** The same for streams, whose callers watch: 0 where nothing was written. */
  streamQueueWaitMs: number;
  /** How many calls of a group may wait at once. */
  queueMax: number;
}

/** Numbers the operator gave for some kinds of failures. */
export type CountByCategory = Readonly<Partial<Record<FailureCategory, number>>>;

/** Group → the groups asked instead, in order. `*` is every group that has no line of its own. */
export type FallbackTable = ReadonlyMap<string, readonly string[]>;

/** Every target exists and nothing leads back to itself: checked when the file is read. */
export interface Fallbacks {
  general: FallbackTable;
  contextWindow: FallbackTable;
  contentPolicy: FallbackTable;
  /** `default_fallbacks`: for every group, after all others. */
  defaults: readonly string[];
  /** `max_fallbacks`: how many groups one call may be passed on to. */
  max: number;
}

/** A `model_name` with stars. Its deployments are made for each concrete name, and remembered. */
export interface WildcardGroup {
  pattern: string;
  /** The deployments of a concrete name; none when no model can be made of it. */
  deploymentsFor(name: string): readonly Deployment[];
}

export interface Settings {
  /** Messages and answers may go into records. Off unless `turn_off_message_logging: false`. */
  logContent: boolean;
  /** Leave out parameters a model lacks instead of refusing them. */
  dropParams: boolean;
  requestBytesMax: number;
  /** IANA name; budget windows align to its midnight. */
  timeZone: string;
  /** `refuse`, or charge at this bound (USD per million tokens, input and output alike). */
  unpricedModels: "refuse" | { usdPerMillionTokens: number };
  /** LiteLLM's `callbacks` and `success_callback`, merged: the sinks records are copied to. */
  callbacks: readonly string[];
  /** A further header the key may come in (`general_settings.litellm_key_header_name`). */
  keyHeaderName: string | undefined;
  /** How long single calls are kept; their sums are kept for ever. `undefined`: so are they. */
  retentionMs: number | undefined;
  /** How long a call may wait for money that calls in flight hold. */
  budgetWaitMs: number;
  /** LiteLLM's `max_budget`: what all calls together may cost. */
  globalBudget: SharedPolicy | undefined;
  endUsers: EndUserSettings;
  /** Answers to identical calls are remembered; undefined: they are not. */
  answerCache: AnswerCacheSettings | undefined;
  /** LiteLLM's `default_internal_user_params`. */
  newUsers: NewUserDefaults;
  /** Models added while the gateway runs may point into private networks. */
  privateUpstreams: boolean;
  /** LiteLLM's statuses before 1.84: 400 for an exceeded budget, 401 for a model not allowed. */
  legacyStatuses: boolean;
}
