import { factsDocument } from "../facts/document.ts";
import { withOverlay } from "../facts/facts.ts";
import { resolveFacts } from "../facts/resolve.ts";
import type { Deployment, GatewayConfig } from "./deployment.ts";
import { pathOf, type Problem } from "./problem.ts";
import { mapWildcards } from "./wildcard-lists.ts";

export type ConfigWithFacts =
  | { ok: true; config: GatewayConfig }
  | { ok: false; problems: Problem[] };

/**
 * The same configuration with another document of facts laid over those it has: how what a vendor
 * changed becomes known without a deploy. `raw` is as untrusted as any configuration; paths in
 * problems begin at it. Give it the configuration as loaded, or overlays pile up.
 */
export function withModelFacts(config: GatewayConfig, raw: unknown): ConfigWithFacts {
  const parsed = factsDocument.safeParse(raw);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({
      path: pathOf(path),
      message,
    }));
    return { ok: false, problems };
  }
  const facts = withOverlay(config.facts, parsed.data);
  // Wildcards make deployments on demand and forget them again, and so does this.
  const renewed = new WeakMap<Deployment, Deployment>();
  const renew = (one: Deployment): Deployment => {
    const known = renewed.get(one) ?? { ...one, facts: resolveFacts(facts, one) };
    renewed.set(one, known);
    return known;
  };
  const groups = [...config.groups].map(([name, members]) => [name, members.map(renew)] as const);
  const deployments = config.deployments.map(renew);
  const wildcards = mapWildcards(config.wildcards, renew);
  return {
    ok: true,
    config: { ...config, facts, deployments, groups: new Map(groups), wildcards },
  };
}
