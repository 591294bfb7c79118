import type { ChatRequest } from "../core/chat.ts";
import type { JsonObject } from "../core/json.ts";
import type { ModelGroup } from "../core/plan.ts";
import type { CallRecord } from "../core/record.ts";
import type { CallerDialect, Envelope, RequestBody, RouteTarget } from "../dialects/dialect.ts";
import type { Attribution } from "./attribution.ts";
import type { CallContext } from "./deps.ts";
import type { Forward } from "./forward.ts";
import type { Caller } from "./caller.ts";
import type { Terms } from "./terms.ts";
import type { CallWish } from "./wish.ts";

/** A route on which conversations are asked, and the grammar it speaks. */
export interface ChatRoute {
  path: string;
  callType: CallRecord["callType"];
  dialect: CallerDialect;
  /** What the URL itself said. */
  target: RouteTarget;
  /** Set where no conversation is asked: the call is forwarded, metered and charged. */
  forward?: Forward;
  /** Where several kinds of calls share a path, the other kind, if the body is one of those. */
  insteadFor?(body: JsonObject): ChatRoute | undefined;
}

/** A call that has been read: who asks, what, of which model. */
export interface Call {
  context: CallContext;
  caller: Caller;
  route: ChatRoute;
  dialect: CallerDialect;
  body: RequestBody;
  envelope: Envelope;
  /** What is to serve. The account may know the caller's name for it as another model's. */
  group: ModelGroup;
  /** The name the group was found by. */
  modelMeant: string;
  /** The caller would rather have a shorter answer than none, even where it named a length. */
  allowsClamping: boolean;
  attribution: Attribution;
  /** The same without what an A/B test adds to it. */
  said: Attribution;
  /** A guess until the account has admitted the call. */
  terms: Terms;
  wish: CallWish;
  /** The model the caller asked for, once the call went on to another; then `envelope` names that. */
  fallbackFrom?: string;
  /** The model that was asked for, where an A/B test has it served by another. */
  testedModel: ModelGroup | undefined;
  /** The test's word for that among the call's tags. */
  variantTag: string | undefined;
  /** The caller's `cache-control`. */
  cacheControl: string | null;
  betas: string[];
  anthropicVersion: string | undefined;
  /** The whole request in no vendor's words; read once, when first needed. */
  parsed(dropParams: boolean): ChatRequest;
}
