import type { BodyPatch } from "../core/body-patch.ts";
import { removeGatewayFields } from "./gateway-fields.ts";

/** Model and streaming are said by the URL; nothing else of a body needs a change. */
export function adaptConverseBody(body: BodyPatch): void {
  removeGatewayFields(body);
  body.delete("model");
  body.delete("stream");
}
