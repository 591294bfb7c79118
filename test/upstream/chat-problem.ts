/** OpenAI names the parameter at fault; clients repair their request by it. */
export interface ChatProblem {
  message: string;
  param: string | null;
  code: string | null;
}

export function unsupported(name: string): ChatProblem {
  return {
    message: `Unsupported parameter: '${name}' is not supported with this model.`,
    param: name,
    code: "unsupported_parameter",
  };
}

export function invalidType(param: string, wanted: string, value: unknown): ChatProblem {
  const got = Array.isArray(value)
    ? "an array"
    : value === null
      ? "null"
      : `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
  return {
    message: `Invalid type for '${param}': expected ${wanted}, but got ${got} instead.`,
    param,
    code: "invalid_type",
  };
}

export function emptyArray(param: string): ChatProblem {
  const message = `Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`;
  return { message, param, code: "empty_array" };
}
