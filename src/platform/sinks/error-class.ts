/**
 * The name LiteLLM's exception would have had. Dashboards and monitors group failures by it, so it
 * is kept although nothing here throws classes of these names.
 */
export function errorClassOf(errorCode: string, statusCode: number): string {
  return BY_CODE.get(errorCode) ?? BY_STATUS.get(statusCode) ?? "APIError";
}

const BY_CODE = new Map([
  ["budget_exceeded", "BudgetExceededError"],
  ["budget_in_flight", "BudgetExceededError"],
  ["context_length_exceeded", "ContextWindowExceededError"],
  ["content_policy_violation", "ContentPolicyViolationError"],
  ["upstream_timeout", "Timeout"],
]);

const BY_STATUS = new Map([
  [400, "BadRequestError"],
  [401, "AuthenticationError"],
  [403, "PermissionDeniedError"],
  [404, "NotFoundError"],
  [408, "Timeout"],
  [413, "BadRequestError"],
  [422, "UnprocessableEntityError"],
  [429, "RateLimitError"],
  [500, "InternalServerError"],
  [502, "BadGatewayError"],
  [503, "ServiceUnavailableError"],
  [504, "Timeout"],
]);
