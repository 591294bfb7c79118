import type { Connection, Deployment } from "./deployment.ts";
import { PROVIDERS, type ProviderWord } from "./model-name.ts";
import type { Problem } from "./problem.ts";

/** Every member of `Connection`, so that the entry's other parameters stay out of it. */
const FIELDS = [
  "api_key",
  "api_base",
  "api_version",
  "organization",
  "account_id",
  "azure_ad_token",
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "aws_region_name",
  "aws_bearer_token",
  "aws_bedrock_runtime_endpoint",
  "model_id",
  "vertex_project",
  "vertex_location",
  "vertex_credentials",
] as const satisfies readonly (keyof Connection)[];

type Field = (typeof FIELDS)[number];

/** LiteLLM's longer spellings. */
const SYNONYMS: Partial<Record<Field, string>> = {
  vertex_project: "vertex_ai_project",
  vertex_location: "vertex_ai_location",
  vertex_credentials: "vertex_ai_credentials",
};

const NAMES = new Set<string>([...FIELDS, ...Object.values(SYNONYMS)]);

/** Whether a parameter says how a deployment is reached. */
export function isConnectionField(name: string): boolean {
  return NAMES.has(name);
}

/** Variables that stand in for a field the entry does not mention, first one set wins. */
const DEFAULTS: Partial<Record<ProviderWord, Partial<Record<Field, readonly string[]>>>> = {
  bedrock: {
    aws_region_name: ["AWS_REGION_NAME", "AWS_REGION"],
    aws_bedrock_runtime_endpoint: ["AWS_BEDROCK_RUNTIME_ENDPOINT"],
  },
  azure: {
    api_key: ["AZURE_API_KEY", "AZURE_OPENAI_API_KEY"],
    api_base: ["AZURE_API_BASE"],
    api_version: ["AZURE_API_VERSION"],
  },
  openai: {
    api_key: ["OPENAI_API_KEY"],
    api_base: ["OPENAI_API_BASE"],
    organization: ["OPENAI_ORGANIZATION"],
  },
  anthropic: {
    api_key: ["ANTHROPIC_API_KEY"],
    // Not ANTHROPIC_BASE_URL: whoever uses Claude Code through this gateway has set it to the gateway.
    api_base: ["ANTHROPIC_API_BASE"],
  },
  vertex_ai: {
    vertex_project: ["VERTEXAI_PROJECT"],
    vertex_location: ["VERTEXAI_LOCATION"],
    vertex_credentials: ["GOOGLE_APPLICATION_CREDENTIALS_JSON"],
  },
  gemini: { api_key: ["GEMINI_API_KEY", "GOOGLE_API_KEY"], api_base: ["GEMINI_API_BASE"] },
  together_ai: {
    api_key: ["TOGETHERAI_API_KEY", "TOGETHER_AI_API_KEY"],
    api_base: ["TOGETHER_AI_API_BASE"],
  },
  perplexity: { api_key: ["PERPLEXITYAI_API_KEY"], api_base: ["PERPLEXITY_API_BASE"] },
  cloudflare: {
    api_key: ["CLOUDFLARE_API_KEY"],
    api_base: ["CLOUDFLARE_API_BASE"],
    account_id: ["CLOUDFLARE_ACCOUNT_ID"],
  },
  ollama_chat: { api_key: ["OLLAMA_API_KEY"], api_base: ["OLLAMA_API_BASE"] },
  cohere_chat: { api_key: ["COHERE_API_KEY"], api_base: ["COHERE_API_BASE"] },
};

/** Everybody else's are the provider's own word in capitals: `MISTRAL_API_KEY`. */
function usualVariables(provider: ProviderWord): Partial<Record<Field, readonly string[]>> {
  const word = provider.toUpperCase();
  return DEFAULTS[provider] ?? { api_key: [`${word}_API_KEY`], api_base: [`${word}_API_BASE`] };
}

/** Bedrock's credentials. They are taken as one identity, and not field by field: see `withAws`. */
const AWS_IDENTITY = {
  aws_bearer_token: "AWS_BEARER_TOKEN_BEDROCK",
  aws_access_key_id: "AWS_ACCESS_KEY_ID",
  aws_secret_access_key: "AWS_SECRET_ACCESS_KEY",
  aws_session_token: "AWS_SESSION_TOKEN",
} as const satisfies Partial<Record<Field, string>>;

/** Every variable that stands in for a field somewhere: what a local gateway is given of the shell. */
export function usualVariableNames(): string[] {
  const names = PROVIDERS.flatMap((one) => Object.values(usualVariables(one)).flat());
  return [...new Set([...names, ...Object.values(AWS_IDENTITY)])];
}

/** What an administrator sets to fill a field: the variable its entry names, or else the usual one. */
export function nameToSet(
  field: string,
  { provider, unresolved }: Pick<Deployment, "provider" | "unresolved">,
): string {
  const word = PROVIDERS.find((one) => one === synonymOf(provider));
  const usual: Record<string, readonly string[]> = word === undefined ? {} : usualVariables(word);
  const identity: Record<string, string> = word === "bedrock" ? AWS_IDENTITY : {};
  return unresolved[field] ?? identity[field] ?? usual[field]?.[0] ?? field;
}

function synonymOf(provider: string): string {
  return provider === "vertex_ai_beta" ? "vertex_ai" : provider;
}

export interface ConnectionSource {
  provider: ProviderWord;
  /** The entry's parameters, a named credential's values beneath them, references resolved. */
  params: Readonly<Record<string, unknown>>;
  /** Fields that refer to variables which are not set. They are never filled from elsewhere. */
  unresolved: Readonly<Record<string, string>>;
  /** The region the model's name states. */
  region: string | undefined;
  variables: ReadonlyMap<string, string>;
  path: string;
}

/** Gathers how a deployment is reached; what could not be used is told to `warnings`. */
export function readConnection(source: ConnectionSource, warnings: Problem[]): Connection {
  const connection: Connection = {};
  const synonymous = source.provider === "vertex_ai_beta" ? "vertex_ai" : source.provider;
  for (const field of FIELDS) {
    const written = writtenValue(field, source, warnings);
    const value =
      written ??
      (isMentioned(field, source) ? undefined : environmentValue(field, synonymous, source));
    if (value !== undefined) connection[field] = value;
  }
  return source.provider === "bedrock" ? withAws(connection, source) : connection;
}

function isMentioned(field: Field, { params, unresolved }: ConnectionSource): boolean {
  const synonym = SYNONYMS[field] ?? field;
  return field in params || synonym in params || field in unresolved || synonym in unresolved;
}

function writtenValue(
  field: Field,
  { params, path }: ConnectionSource,
  warnings: Problem[],
): string | undefined {
  const value = params[field] ?? params[SYNONYMS[field] ?? field];
  if (field === "vertex_credentials") return serviceAccount(value, `${path}.${field}`, warnings);
  if (typeof value === "number") return String(value);
  if (typeof value === "string" || value === undefined) return value;
  warnings.push({ path: `${path}.${field}`, message: "must be text; it is left out" });
  return undefined;
}

/** JSON text, or the same written as YAML. A path is no use: a Worker has no files. */
function serviceAccount(value: unknown, path: string, warnings: Problem[]): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "object") return JSON.stringify(value);
  if (typeof value === "string" && value.trimStart().startsWith("{")) return value;
  const message =
    "must be the service account's JSON itself, in a secret, not a path: a Worker has no files; it is left out";
  warnings.push({ path, message });
  return undefined;
}

function environmentValue(
  field: Field,
  provider: ProviderWord,
  { variables, region }: ConnectionSource,
): string | undefined {
  if (field === "aws_region_name" && region !== undefined) return region;
  const names = usualVariables(provider)[field] ?? [];
  return names.map((name) => variables.get(name)).find((value) => value !== undefined);
}

const AWS_CREDENTIALS = [
  "api_key",
  "aws_bearer_token",
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
] as const;

/**
 * One identity, whole: an entry that mentions any AWS credential takes none from the environment,
 * because a key id from here with a secret from there signs nothing.
 */
function withAws(connection: Connection, source: ConnectionSource): Connection {
  const { api_key: apiKey, ...rest } = connection;
  if (apiKey !== undefined) return { aws_bearer_token: apiKey, ...rest };
  if (AWS_CREDENTIALS.some((field) => isMentioned(field, source))) return rest;
  return { ...rest, ...environmentIdentity(source.variables) };
}

function environmentIdentity(variables: ReadonlyMap<string, string>): Connection {
  const bearer = variables.get(AWS_IDENTITY.aws_bearer_token);
  if (bearer !== undefined) return { aws_bearer_token: bearer };
  const id = variables.get(AWS_IDENTITY.aws_access_key_id);
  const secret = variables.get(AWS_IDENTITY.aws_secret_access_key);
  const session = variables.get(AWS_IDENTITY.aws_session_token);
  return {
    ...(id !== undefined && { aws_access_key_id: id }),
    ...(secret !== undefined && { aws_secret_access_key: secret }),
    ...(session !== undefined && { aws_session_token: session }),
  };
}
