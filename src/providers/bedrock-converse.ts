import type { BodyPatch } from "../core/body-patch.ts";
import { removeGatewayFields } from "./gateway-fields.ts";
import type { UpstreamCall } from "./provider.ts";
import { applyVendorRules } from "./quirks.ts";
import { refuseStoredMedia } from "./stored-media.ts";

/** Model and streaming are said by the URL; nothing else of a body needs a change. */
export function adaptConverseBody(body: BodyPatch, call: UpstreamCall): void {
  removeGatewayFields(body);
  for (const member of ["messages", "system"]) refuseStoredMedia(body, member);
  body.delete("model");
  body.delete("stream");
  applyVendorRules(body, call);
}
