import * as z from "zod";
import { budgetDurationProblem } from "../ledger/budget-window.ts";
import { pathOf, type Report } from "./problem.ts";

/** What people get who are made without it being said, from the file. Money is in dollars here. */
export interface NewUserDefaults {
  role: "internal_user" | "internal_user_viewer" | undefined;
  models: readonly string[];
  maxBudgetUsd: number | undefined;
  budgetDuration: string | undefined;
  tokensPerMinute: number | undefined;
  requestsPerMinute: number | undefined;
  teams: readonly DefaultTeam[];
  /** Teams everybody may join. */
  availableTeams: readonly string[];
  /** Only for people whose role is `internal_user`. */
  internalMaxBudgetUsd: number | undefined;
  internalBudgetDuration: string | undefined;
}

export interface DefaultTeam {
  teamId: string;
  role: "admin" | "user";
  maxBudgetUsd: number | undefined;
}

const money = z.number("must be a number, 0 or more").min(0).nullish();
const count = z.int("must be a whole number, 0 or more").min(0).nullish();
const names = z.array(z.string().min(1), "must be a list of names").nullish();
const team = z.union(
  [
    z.string().min(1),
    z.looseObject({
      team_id: z.string().min(1),
      user_role: z.enum(["admin", "user"]).optional(),
      max_budget_in_team: money,
    }),
  ],
  "must be a team's id, or a mapping with team_id",
);

/** The part of `litellm_settings` this file reads. */
export const newUserSettings = {
  default_internal_user_params: z
    .looseObject({
      // Nobody becomes an administrator by default.
      user_role: z
        .enum(
          ["internal_user", "internal_user_viewer"],
          "must be internal_user or internal_user_viewer",
        )
        .nullish(),
      models: names,
      max_budget: money,
      budget_duration: z.string().nullish(),
      tpm_limit: count,
      rpm_limit: count,
      teams: z.array(team, "must be a list of teams").nullish(),
      available_teams: names,
    })
    .optional(),
  max_internal_user_budget: money,
  internal_user_budget_duration: z.string().nullish(),
};

type NewUserSettings = z.infer<z.ZodObject<typeof newUserSettings>>;

const KNOWN = new Set(Object.keys(newUserSettings.default_internal_user_params.unwrap().shape));

export function readNewUserDefaults(
  settings: Partial<NewUserSettings>,
  report: Report,
): NewUserDefaults {
  const written = settings.default_internal_user_params ?? {};
  for (const name of Object.keys(written)) {
    if (!KNOWN.has(name)) tell(report.warnings, name, "has no effect here");
  }
  const durations = [written.budget_duration, settings.internal_user_budget_duration];
  const problem = durations.map((one) => (one ? budgetDurationProblem(one) : undefined));
  for (const message of problem) {
    if (message !== undefined) tell(report.problems, "budget_duration", message);
  }
  return {
    role: written.user_role ?? undefined,
    models: written.models ?? [],
    maxBudgetUsd: written.max_budget ?? undefined,
    budgetDuration: written.budget_duration ?? undefined,
    tokensPerMinute: written.tpm_limit ?? undefined,
    requestsPerMinute: written.rpm_limit ?? undefined,
    teams: (written.teams ?? []).map(readTeam),
    availableTeams: written.available_teams ?? [],
    internalMaxBudgetUsd: settings.max_internal_user_budget ?? undefined,
    internalBudgetDuration: settings.internal_user_budget_duration ?? undefined,
  };
}

function readTeam(written: z.infer<typeof team>): DefaultTeam {
  if (typeof written === "string") {
    return { teamId: written, role: "user", maxBudgetUsd: undefined };
  }
  const { team_id: teamId, user_role: role = "user", max_budget_in_team: usd } = written;
  return { teamId, role, maxBudgetUsd: usd ?? undefined };
}

function tell(place: Report["warnings"], name: string, message: string): void {
  place.push({
    path: pathOf(["litellm_settings", "default_internal_user_params", name]),
    message,
  });
}
