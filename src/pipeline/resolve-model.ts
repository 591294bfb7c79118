import { GatewayError } from "../core/errors.ts";
import type { Visit } from "../core/ledger.ts";
import { findGroup, type ModelGroup } from "../core/plan.ts";
import type { Caller } from "./caller.ts";
import { readGrant } from "./check-access.ts";
import type { Deps } from "./deps.ts";

/** What a caller's model name means, as far as is known before its account was asked. */
export interface ModelMeant {
  /** The name the group was found by: the caller's, or what an alias of the key makes of it. */
  name: string;
  group: ModelGroup;
}

/**
 * Finds the models a name means. The account has the last word on aliases when it admits the call, so
 * it is asked here only about names nobody else knows.
 */
export async function resolveModel(
  asked: string,
  caller: Caller,
  visit: Visit,
  deps: Deps,
): Promise<ModelMeant> {
  const remembered = deps.aliases.find(caller.keyHash, asked);
  const found = findMeant(remembered ?? asked, deps) ?? findMeant(asked, deps);
  if (found !== undefined) return found;
  const { aliases } = await readGrant(caller, visit, deps);
  const alias = Object.hasOwn(aliases, asked) ? aliases[asked] : undefined;
  if (alias === undefined) throw unknownModel(asked);
  deps.aliases.learn(caller.keyHash, asked, alias.model);
  return meantBy(alias.model, deps);
}

/** The models a name means, for questions that cost nothing. Throws when the key may not use them. */
export async function findAllowed(
  asked: string,
  caller: Caller,
  visit: Visit,
  deps: Deps,
): Promise<ModelGroup> {
  const { aliases, mayUse } = await readGrant(caller, visit, deps);
  const alias = Object.hasOwn(aliases, asked) ? aliases[asked] : undefined;
  const { group } = meantBy(alias?.model ?? asked, deps);
  if (mayUse(asked, group)) return group;
  throw new GatewayError(
    "model_access_denied",
    `key not allowed to access model. Tried to access ${group.name}; GET /v1/models lists what it can.`,
    { param: "model", ...(deps.config.settings.legacyStatuses && { status: 401 }) },
  );
}

/** The models an alias stands for; it may stand for a name that is not configured any more. */
export function meantBy(name: string, deps: Deps): ModelMeant {
  const found = findMeant(name, deps);
  if (found === undefined) throw unknownModel(name);
  return found;
}

function findMeant(name: string, deps: Deps): ModelMeant | undefined {
  const group = findGroup(name, deps.config);
  return group === undefined ? undefined : { name, group };
}

function unknownModel(model: string): GatewayError {
  return new GatewayError(
    "unknown_model",
    `Invalid model name passed in model=${model.slice(0, MODEL_CHARACTERS_SHOWN)}. No deployment serves it; GET /v1/models lists what your key can use.`,
    { param: "model" },
  );
}

/** Enough to recognise a typo; a hostile name is not echoed at length. */
const MODEL_CHARACTERS_SHOWN = 128;
