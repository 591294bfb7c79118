import { GatewayError } from "../core/errors.ts";
import { isJsonObject, parseJson } from "../core/json.ts";

/** A Google service account's key, as its JSON file describes it. */
export interface ServiceAccount {
  email: string;
  keyId: string;
  privateKey: string;
  projectId: string | undefined;
  tokenUri: string;
  /** What tokens are kept by: the same key at the same endpoint gives the same token. */
  cacheKey: string;
}

const TOKEN_URI = "https://oauth2.googleapis.com/token";

/** Throws `GatewayError` ("not_configured"), which quotes nothing of the text: it may be a key. */
export function parseServiceAccount(text: string): ServiceAccount {
  const json = parseJson(text);
  if (!isJsonObject(json))
    throw unusable("is not JSON; give the text of the service account's file, not its path");
  const { client_email: email, private_key: key, private_key_id: keyId } = json;
  if (typeof email !== "string" || typeof key !== "string") {
    throw unusable("lacks client_email or private_key; only service account keys are understood");
  }
  const tokenUri = typeof json.token_uri === "string" ? json.token_uri : TOKEN_URI;
  if (!URL.canParse(tokenUri)) throw unusable("has a token_uri that is not a URL");
  const id = typeof keyId === "string" ? keyId : "";
  return {
    email,
    keyId: id,
    // Environment variables often carry the line ends as the two characters \n.
    privateKey: key.replaceAll("\\n", "\n"),
    projectId: typeof json.project_id === "string" ? json.project_id : undefined,
    tokenUri,
    cacheKey: `${email} ${id} ${tokenUri}`,
  };
}

/** False only for a readable file that names no project; what is wrong with others is said later. */
export function saysProject(text: string): boolean {
  const json = parseJson(text);
  return !isJsonObject(json) || typeof json.project_id === "string";
}

function unusable(what: string): GatewayError {
  return new GatewayError("not_configured", `vertex_credentials ${what}.`, {
    provider: "vertex_ai",
  });
}
