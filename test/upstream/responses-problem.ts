import type { ChatProblem } from "./chat-problem.ts";

export function unknownParameter(param: string): ChatProblem {
  return { message: `Unknown parameter: '${param}'.`, param, code: "unknown_parameter" };
}

export function invalidValue(param: string, value: unknown, allowed: string[]): ChatProblem {
  const values = allowed.map((one) => `'${one}'`).join(", ");
  return {
    message: `Invalid value: '${String(value)}'. Supported values are: ${values}.`,
    param,
    code: "invalid_value",
  };
}

export function missing(param: string): ChatProblem {
  return {
    message: `Missing required parameter: '${param}'.`,
    param,
    code: "missing_required_parameter",
  };
}
