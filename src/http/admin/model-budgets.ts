import type * as z from "zod";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { budgetDurationProblem } from "../../core/ledger/budget-window.ts";
import * as field from "./fields.ts";

/**
 * LiteLLM's `model_max_budget`, in all its spellings: `{budget_limit, time_period}` or
 * `{max_budget, budget_duration}`, with `models` where one budget is for several, or a bare amount.
 * Kept as it was written; what makes no sense is refused, because a budget nobody can read is none.
 */
export const modelBudgets = field.object
  .superRefine((budgets, context) => {
    for (const [name, value] of Object.entries(budgets)) check(name, value, context);
  })
  .nullable()
  .optional();

function check(name: string, value: Json | undefined, context: z.RefinementCtx): void {
  const complain = (path: string[], message: string): void =>
    context.addIssue({ code: "custom", path: [name, ...path], message });
  if (!isJsonObject(value)) {
    if (!isAmount(value)) complain([], "Input should be an amount or {budget_limit, time_period}");
    return;
  }
  const problem = entryProblem(value);
  if (problem !== undefined) complain([problem.field], problem.message);
}

interface Problem {
  field: string;
  message: string;
}

function entryProblem(entry: JsonObject): Problem | undefined {
  return amountProblem(entry) ?? periodProblem(entry) ?? modelsProblem(entry) ?? rateProblem(entry);
}

function amountProblem(entry: JsonObject): Problem | undefined {
  const name = ["budget_limit", "max_budget"].find((one) => isSaid(entry[one]));
  if (name !== undefined) {
    return isAmount(entry[name])
      ? undefined
      : { field: name, message: "Input should be an amount" };
  }
  // An entry may be about rates alone.
  if (isSaid(entry["rpm_limit"]) || isSaid(entry["tpm_limit"])) return undefined;
  return { field: "budget_limit", message: "Field required" };
}

function periodProblem(entry: JsonObject): Problem | undefined {
  const name = ["time_period", "budget_duration"].find((one) => isSaid(entry[one]));
  if (name === undefined) return undefined;
  const period = entry[name];
  const message =
    typeof period === "string" ? budgetDurationProblem(period) : "Input should be a duration";
  return message === undefined ? undefined : { field: name, message };
}

function modelsProblem({ models }: JsonObject): Problem | undefined {
  if (!isSaid(models)) return undefined;
  const isNames = Array.isArray(models) && models.every((one) => typeof one === "string");
  return isNames ? undefined : { field: "models", message: "Input should be a list of models" };
}

function rateProblem(entry: JsonObject): Problem | undefined {
  const wrong = ["rpm_limit", "tpm_limit"].find((one) => {
    const value = entry[one];
    return isSaid(value) && !(typeof value === "number" && Number.isInteger(value) && value >= 0);
  });
  return wrong === undefined ? undefined : { field: wrong, message: "Input should be a count" };
}

function isSaid(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}

/** Dollars, as a number or as text. */
function isAmount(value: Json | undefined): boolean {
  if (typeof value === "string" && value.trim() === "") return false;
  const amount = typeof value === "string" ? Number(value) : value;
  return typeof amount === "number" && amount >= 0 && amount <= AMOUNT_USD_MAX;
}

/** Nano-dollars beyond it do not fit 64-bit integers. */
const AMOUNT_USD_MAX = 9_000_000_000;
