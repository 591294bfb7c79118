import { expect, it } from "vitest";
import { readEndUsers } from "../../../src/core/config/end-users.ts";

const report = () => ({ problems: [], warnings: [] });

it("reads the headers that name end users, mappings before the single one", () => {
  const told = report();
  const settings = readEndUsers(
    {
      user_header_name: "X-User",
      user_header_mappings: [
        { header_name: "X-Staff", litellm_user_role: "internal_user" },
        { header_name: "X-Customer", litellm_user_role: "customer" },
      ],
    },
    { max_end_user_budget_id: "free-tier" },
    told,
  );
  expect(settings).toEqual({ headers: ["x-customer", "x-user"], defaultBudgetId: "free-tier" });
  const message: unknown = expect.stringContaining("internal_user");
  expect(told.warnings).toMatchObject([{ message }]);
});

it("needs none of it", () => {
  expect(readEndUsers({}, {}, report())).toEqual({ headers: [], defaultBudgetId: undefined });
});
