import type { JsonObject } from "../../core/json.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";

/** `legacy` is the one call of 2023, which has neither an id nor a neighbour. */
export type CallForm = "function" | "custom" | "legacy";

/** How a caller declared its tools, which is how it wants to be told of calls. */
export interface CallForms {
  isLegacy: boolean;
  of(name: string): CallForm;
}

export function callForms(request: JsonObject = {}): CallForms {
  const tools = objectsIn(request.tools);
  const custom = new Set(
    tools
      .filter((tool) => tool.type === "custom")
      .map((tool) => textIn(objectIn(tool.custom).name)),
  );
  const isLegacy = tools.length === 0 && objectsIn(request.functions).length > 0;
  return {
    isLegacy,
    of: (name) => (isLegacy ? "legacy" : custom.has(name) ? "custom" : "function"),
  };
}
