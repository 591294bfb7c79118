import { extra, hasBeta } from "./claude-surfaces.ts";
import type { ClaudeRequest } from "./claude-surfaces.ts";
import { isObject, unknownField } from "./json.ts";
import type { Problems } from "./problems.ts";

const OUTPUT_CONFIG_FIELDS = new Set(["effort", "format", "task_budget"]);
const EFFORTS = ["low", "medium", "high", "xhigh", "max"];

/** Also used for the `output_config` a single turn may carry. */
export function* outputConfigProblems(
  config: Record<string, unknown>,
  path: string,
  request: ClaudeRequest,
): Problems {
  const { model, surface } = request;
  const unknown = unknownField(config, OUTPUT_CONFIG_FIELDS);
  if (unknown !== undefined) yield extra(`${path}.${unknown}`);
  if ("task_budget" in config && !hasBeta(request, ["task-budgets-2026-03-13"]))
    yield extra(`${path}.task_budget`);
  if (config["effort"] !== undefined && config["effort"] !== null)
    yield* effortProblems(config["effort"], path, request);
  // The newest models take structured output on Bedrock only through its /anthropic surface.
  if (isObject(config["format"]) && surface.name === "bedrock" && model.generation >= 4.7) {
    yield extra(`${path}.format`);
  }
  if (isObject(config["format"]) && config["format"]["type"] !== "json_schema") {
    yield `${path}.format.type: Input should be 'json_schema'`;
  }
}

function* effortProblems(effort: unknown, path: string, request: ClaudeRequest): Problems {
  const { model } = request;
  // Opus 4.5 introduced it as a beta; from 4.6 on it needs no flag; the others never learned it.
  if (model.name === "claude-opus-4-5" && !hasBeta(request, ["effort-2025-11-24"]))
    yield extra(`${path}.effort`);
  if (model.generation < 4.6 && model.name !== "claude-opus-4-5")
    yield "This model does not support the effort parameter.";
  const allowed = EFFORTS.filter((level) =>
    level === "xhigh" ? model.generation >= 4.7 : level !== "max" || model.generation >= 4.6,
  );
  if (!allowed.includes(String(effort))) {
    yield `${path}.effort: Input should be ${allowed.map((level) => `'${level}'`).join(", ")}`;
  }
}
