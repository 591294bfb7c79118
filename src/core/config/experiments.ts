import type { Experiment } from "../experiments.ts";
import { pathOf, type Report } from "./problem.ts";
import type { ConfigFile } from "./schema.ts";

type Written = NonNullable<NonNullable<ConfigFile["sekisho_settings"]>["experiments"]>;

/** A slip in a third decimal is no reason to refuse a file. */
const PERCENT_TOLERANCE = 0.01;

/** A/B tests, by the model they are about. `isServed` knows every public name. */
export function readExperiments(
  written: Written | undefined,
  isServed: (name: string) => boolean,
  report: Report,
): Map<string, Experiment> {
  const experiments = new Map<string, Experiment>();
  for (const [index, one] of (written ?? []).entries()) {
    const tell = (inside: (string | number)[], message: string): void => {
      const path = pathOf(["sekisho_settings", "experiments", index, ...inside]);
      report.problems.push({ path, message });
    };
    const sum = one.variants.reduce((total, variant) => total + variant.percent, 0);
    if (Math.abs(sum - 100) > PERCENT_TOLERANCE) {
      tell(["variants"], `have ${sum} percent together: they must have 100`);
    }
    const names = one.variants.map(({ name }) => name);
    for (const [at, variant] of one.variants.entries()) {
      if (names.indexOf(variant.name) !== at) {
        tell(
          ["variants", at, "name"],
          "is another variant's name: reports could not tell them apart",
        );
      }
      if (!isServed(variant.model)) {
        tell(["variants", at, "model"], `is served by nobody: no model_name is ${variant.model}`);
      }
    }
    if (!isServed(one.model)) {
      // One that is added at run time may come yet.
      const path = pathOf(["sekisho_settings", "experiments", index, "model"]);
      const message = `no model_name is ${one.model}, so nothing is tested; an alias does not count`;
      report.warnings.push({ path, message });
    }
    if (experiments.has(one.model)) tell(["model"], "has an experiment already");
    experiments.set(one.model, { ...one, subject: one.subject ?? "session" });
  }
  return experiments;
}
