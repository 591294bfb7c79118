import { expect, it } from "vitest";
import type { Deployment } from "../../../src/core/config/deployment.ts";
import { checkAll } from "../../../src/http/admin/health-run.ts";
import { deploymentOf } from "../../core/config/sample.ts";

const some = (count: number): Deployment[] =>
  Array.from({ length: count }, (_, index) => ({
    ...deploymentOf({ model: "demo/demo" }),
    id: `d${index}`,
  }));

it("asks three at a time, every one once, and answers in their order", async () => {
  const asked: string[] = [];
  let open = 0;
  let openMost = 0;
  const checked = await checkAll(some(10), async ({ id }) => {
    asked.push(id);
    openMost = Math.max(openMost, ++open);
    await new Promise((resolve) => setTimeout(resolve, 1));
    open -= 1;
    return { kind: "healthy", durationMs: 1 };
  });
  expect(openMost).toBe(3);
  expect(new Set(asked).size).toBe(10);
  expect(checked.map((one) => one.deployment.id)).toEqual(some(10).map((one) => one.id));
});

it("says whom it did not ask when there are too many", async () => {
  const checked = await checkAll(some(201), () =>
    Promise.resolve({ kind: "healthy", durationMs: 1 }),
  );
  expect(checked.filter((one) => one.check.kind === "skipped")).toHaveLength(1);
  expect(checked.at(-1)?.check).toMatchObject({ kind: "skipped" });
});
