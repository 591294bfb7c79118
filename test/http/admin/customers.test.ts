import { describe, expect, it } from "vitest";
import { createAdmin } from "./admin.ts";

const { get, post } = createAdmin();

describe("a customer", () => {
  it("is shown with what is kept for them and binds nothing", async () => {
    await post("/budget/new", { budget_id: "b-customers", max_budget: 1, rpm_limit: 5 });
    await post("/customer/new", {
      user_id: "c-promised",
      budget_id: "b-customers",
      allowed_model_region: "eu",
      default_model: "demo",
    });
    const { body } = await get("/customer/info?end_user_id=c-promised");
    expect(body).toMatchObject({
      allowed_model_region: "eu",
      not_enforced: ["default_model"],
    });
  });

  it("with a budget alone has nothing of the kind", async () => {
    await post("/customer/new", { user_id: "c-plain", max_budget: 1 });
    const { body } = await get("/customer/info?end_user_id=c-plain");
    expect(body).toMatchObject({ not_enforced: [] });
  });
});
