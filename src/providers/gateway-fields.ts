import type { BodyPatch } from "../core/body-patch.ts";
import { GATEWAY_FIELDS } from "../core/gateway-fields.ts";

export function removeGatewayFields(body: BodyPatch): void {
  for (const names of Object.values(GATEWAY_FIELDS)) for (const name of names) body.delete(name);
}
