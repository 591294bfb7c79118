import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { RequestBody } from "../dialects/dialect.ts";
import { readBytes } from "./read-request.ts";

/**
 * Reads a form with a file. It is held whole, because the model may be named after the file and another
 * deployment may have to be asked with the same bytes; its size is bounded as every body's is.
 */
export async function readFormBody(request: Request, bytesMax: number): Promise<RequestBody> {
  const bytes = await readBytes(request, bytesMax);
  const form = await parseForm(bytes, request.headers.get("content-type") ?? "");
  const value: JsonObject = {};
  for (const [name, part] of form) if (typeof part === "string") value[name] = part;
  return { text: "", value, form };
}

async function parseForm(bytes: Uint8Array, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { "content-type": contentType } }).formData();
  } catch (cause) {
    throw new GatewayError(
      "invalid_request",
      "The request body is not a form. Send it as multipart/form-data with the parts `file` and `model`.",
      { cause },
    );
  }
}
