import { boundOf, measureInput } from "../core/bound.ts";
import type { Deployment } from "../core/config/deployment.ts";
import type { CostBound } from "../core/ledger.ts";
import type { JsonObject } from "../core/json.ts";
import { isPriced, nanoForUnits } from "../core/units.ts";
import { findProvider } from "../providers/index.ts";
import type { Call } from "./call.ts";

/** Deployments whose price says what this call costs. */
export function pricedDeployments({ group, route }: Call): Deployment[] {
  const { unit, tokensAreTold = true } = route.forward ?? {};
  return group.deployments.filter((one) => isPriced(one.price, unit, tokensAreTold));
}

/** The most this call can cost at any of these deployments, by its tokens and by its units. */
export function boundOfCall(call: Call, priced: Deployment[]): CostBound {
  const { body, envelope, route } = call;
  const { forward } = route;
  const measure = measureInput(bodyAsRead(call, priced));
  if (forward === undefined) return boundOf(measure, envelope, priced);
  const audioBytes = measure.audioBytes + forward.soundBytes(body);
  // A picture's `prompt` is its text, and not the name of one that is kept elsewhere.
  const bound = boundOf({ ...measure, audioBytes, unseen: false }, envelope, priced);
  const { unit } = forward;
  if (unit === undefined) return bound;
  const units = { unit, count: forward.unitsMax(body) };
  const dearest = priced.map(({ price }) => (price ? nanoForUnits(units, price) : 0));
  return { ...bound, inputNanoUsd: bound.inputNanoUsd + Math.max(...dearest) };
}

/** Where no deployment speaks the caller's grammar, what is lost in translation costs nothing. */
function bodyAsRead({ body, dialect }: Call, priced: Deployment[]): JsonObject {
  const isNative = priced.some(
    (one) => findProvider(one.provider)?.dialect(one, dialect.name).name === dialect.name,
  );
  return isNative ? body.value : (dialect.translatable?.(body.value) ?? body.value);
}
