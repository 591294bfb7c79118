/**
 * Which deployments rest, as far as this isolate has seen. A hint: a lost entry costs one refused
 * attempt, so it needs no storage and no round trip.
 */
export interface Cooldowns {
  restsUntilMs(deploymentId: string): number;
  rest(deploymentId: string, untilMs: number): void;
}

export function createCooldowns(): Cooldowns {
  const until = new Map<string, number>();
  return {
    restsUntilMs: (id) => until.get(id) ?? 0,
    rest: (id, untilMs) => void until.set(id, Math.max(untilMs, until.get(id) ?? 0)),
  };
}
