import { matchesPattern } from "./access.ts";

/** Paths with and without `/v1` are one route; `{name}` stands for one segment. */
const OPENAI_ROUTES = [
  "/chat/completions",
  "/completions",
  "/embeddings",
  "/responses",
  "/responses/*",
  "/moderations",
  "/rerank",
  "/v2/rerank",
  "/images/*",
  "/audio/*",
  "/models",
  "/models/*",
  "/engines/*",
  "/openai/deployments/*",
  "/batches",
  "/batches/*",
  "/files",
  "/files/*",
  "/realtime",
  "/utils/token_counter",
];
const ANTHROPIC_ROUTES = ["/messages", "/messages/*", "/skills", "/skills/*"];
const GOOGLE_ROUTES = ["/v1beta/*", "/models/*"];
const PASS_THROUGH_ROUTES = [
  "/bedrock/*",
  "/vertex_ai/*",
  "/vertex-ai/*",
  "/publishers/*",
  "/gemini/*",
  "/anthropic/*",
  "/azure/*",
  "/openai/*",
];
/** Where one only learns: about the key, its owners, its models and its use. */
const INFO_ROUTES = [
  "/key/info",
  "/v2/key/info",
  "/key/list",
  "/key/health",
  "/team/info",
  "/team/list",
  "/v2/team/list",
  "/team/available",
  "/organization/list",
  "/organization/info",
  "/user/info",
  "/v2/user/info",
  "/model/info",
  "/v2/model/info",
  "/model_group/info",
  "/explain",
  "/sekisho/explain",
  "/health",
  "/health/services",
  "/models",
  "/models/*",
  "/api/oauth/usage",
];
const MANAGEMENT_ROUTES = [
  "/key/*",
  "/v2/key/*",
  "/team/*",
  "/v2/team/*",
  "/user/*",
  "/v2/user/*",
  "/organization/*",
  "/budget/*",
  "/customer/*",
  "/end_user/*",
  "/tag/*",
  "/invitation/*",
  "/model/*",
  "/v2/model/*",
  "/model_group/info",
  "/credentials",
  "/credentials/*",
  "/spend/*",
  "/global/*",
];

/** What stands for several routes in a key's `allowed_routes`, under LiteLLM's names. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  openai_routes: OPENAI_ROUTES,
  anthropic_routes: ANTHROPIC_ROUTES,
  google_routes: GOOGLE_ROUTES,
  mapped_pass_through_routes: PASS_THROUGH_ROUTES,
  llm_api_routes: [
    ...OPENAI_ROUTES,
    ...ANTHROPIC_ROUTES,
    ...GOOGLE_ROUTES,
    ...PASS_THROUGH_ROUTES,
    // What clients ask with the key they call models with: what there is, and what is left of the budget.
    "/model/info",
    "/model_group/info",
    "/api/oauth/usage",
    "/explain",
    "/sekisho/explain",
  ],
  info_routes: INFO_ROUTES,
  management_routes: [...MANAGEMENT_ROUTES, ...INFO_ROUTES],
};

/**
 * Whether a key's `allowed_routes` let it call this path: a path, a pattern such as `/key/*`, or the
 * name of a group. An empty list is every route.
 */
export function mayCallRoute(allowed: readonly string[], path: string): boolean {
  if (allowed.length === 0) return true;
  return allowed.some((entry) => {
    const members = Object.hasOwn(GROUPS, entry) ? GROUPS[entry] : undefined;
    return (members ?? [entry]).some((route) => isRoute(route, path));
  });
}

function isRoute(route: string, path: string): boolean {
  const [wanted, asked] = [bare(route), bare(path)];
  if (wanted === asked || wanted === path) return true;
  return wanted.includes("*") && (matchesPattern(wanted, asked) || matchesPattern(wanted, path));
}

function bare(path: string): string {
  // Of `/v1/*` nothing would be left but every route there is.
  return path.replace(/^\/v1(?=\/[^*])/, "");
}
