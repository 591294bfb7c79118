/** Something wrong or unused in the configuration. The message never quotes a value that may be secret. */
export interface Problem {
  /** Where, as a person would point at it: `model_list[2].litellm_params.model`. Empty: the file. */
  path: string;
  message: string;
}

/** What reading a configuration found out, in the order it was found. */
export interface Report {
  /** The gateway does not start with these. */
  problems: Problem[];
  /** It starts, and something does not work as written. */
  warnings: Problem[];
}

export function pathOf(steps: readonly PropertyKey[]): string {
  return steps.reduce<string>((path, step) => `${path}${pathStep(step, path === "")}`, "");
}

function pathStep(step: PropertyKey, first: boolean): string {
  if (typeof step === "number") return `[${step}]`;
  const name = String(step);
  // Model names have dots and dashes; unquoted they would read as further steps.
  if (!/^[A-Za-z_]\w*$/.test(name)) return `["${name}"]`;
  return first ? name : `.${name}`;
}
