import { meeting } from "../affinity.ts";
import type { Gauge } from "../capacity.ts";
import { rankBy, type Candidate, type RankCandidates } from "./strategy.ts";

/**
 * Where the smallest share of the capacity is used. New conversations go to any of those that are
 * about as free, each always to the same one: an object that lost its memory, and an isolate that
 * cannot reach it, then still find the conversation's prompt cache.
 */
export const adaptive: RankCandidates = (candidates, { affinity, random }) => {
  const loads = new Map(candidates.map((one) => [one, loadOf(one)] as const));
  const least = Math.min(...loads.values());
  const ranked = rankBy(candidates, (one) => loads.get(one) ?? 1, random);
  if (affinity === null) return ranked;
  const isFree = (one: Candidate) => (loads.get(one) ?? 1) <= least + ABOUT_AS_FREE;
  const drawn = ranked.filter(isFree).toSorted((a, b) => draw(b, affinity) - draw(a, affinity));
  return [...drawn, ...ranked.filter((one) => !isFree(one))];
};

/** A difference of load that is not worth losing a cache for. */
const ABOUT_AS_FREE = 0.1;

/** Weighted rendezvous: each deployment gets conversations by its size. */
function draw({ rules, capacity }: Candidate, affinity: string): number {
  const size = limitOf(capacity.requests) ?? REQUESTS_ASSUMED * (rules.weight ?? 1);
  return Math.log(meeting(affinity, rules.id)) / Math.max(size, 1);
}

/** Used share of whatever is scarcest, from 0; 1 is full. */
function loadOf({ rules, capacity }: Candidate): number {
  const { requests, requestsPace, tokens, inFlight, parallel } = capacity;
  const shares = [
    share(requests.accepted, limitOf(requests)),
    share(requestsPace * PACE_WEIGHT, limitOf(requests)),
    share(tokens.accepted, limitOf(tokens)),
    share(inFlight, parallel),
  ].filter((one) => one !== undefined);
  if (shares.length > 0) return Math.max(...shares);
  return requests.accepted / assumedLimit(requests.accepted, rules.weight ?? 1);
}

/** A burst counts, and less than what lasts. */
const PACE_WEIGHT = 0.8;

/** Vendors' smallest quotas are about this: a start, until a deployment has shown more. */
const REQUESTS_ASSUMED = 60;

/**
 * Nobody knows how much an untried deployment can take. It is taken for half used at most, so that
 * it is preferred to one that is known to be nearly full, and so found out.
 */
function assumedLimit(used: number, weight: number): number {
  return Math.max(REQUESTS_ASSUMED * Math.max(weight, WEIGHT_MIN), 2 * used);
}

const WEIGHT_MIN = 1e-3;

function limitOf({ configured, learned }: Gauge): number | undefined {
  if (configured === undefined) return learned;
  return Math.min(configured, learned ?? Infinity);
}

function share(used: number, limit: number | undefined): number | undefined {
  return limit === undefined ? undefined : used / Math.max(limit, 1);
}
