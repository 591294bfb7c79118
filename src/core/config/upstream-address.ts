import { isAddressIn } from "../address.ts";
import { isJsonObject, parseJson } from "../json.ts";
import type { Connection } from "./deployment.ts";
import type { Problem } from "./problem.ts";

/**
 * Where a model that was added through the API would have the gateway connect to. Whoever may add
 * models is no reason to let the gateway reach what only its own network can: machines' metadata,
 * which hands out credentials, and neighbours. Paths in problems are the fields' names.
 */
export function connectionProblems(connection: Connection, privateAllowed: boolean): Problem[] {
  const addresses = {
    api_base: connection.api_base,
    aws_bedrock_runtime_endpoint: connection.aws_bedrock_runtime_endpoint,
    "vertex_credentials.token_uri": tokenUri(connection.vertex_credentials),
  };
  const places = {
    aws_region_name: connection.aws_region_name,
    vertex_location: connection.vertex_location,
    account_id: connection.account_id,
  };
  return [
    ...Object.entries(addresses).flatMap(([path, text]) =>
      problem(path, text === undefined ? undefined : addressProblem(text, privateAllowed)),
    ),
    ...Object.entries(places).flatMap(([path, text]) => problem(path, placeProblem(text))),
  ];
}

function problem(path: string, message: string | undefined): Problem[] {
  return message === undefined ? [] : [{ path, message }];
}

function tokenUri(serviceAccount: string | undefined): string | undefined {
  const json = serviceAccount === undefined ? undefined : parseJson(serviceAccount);
  const uri = isJsonObject(json) ? json["token_uri"] : undefined;
  return typeof uri === "string" ? uri : undefined;
}

/** Regions and accounts become part of an address: `evil.example/` would become the whole of it. */
function placeProblem(text: string | undefined): string | undefined {
  if (text === undefined || /^[A-Za-z0-9-]+$/.test(text)) return undefined;
  return "must be letters, digits and dashes";
}

/** What is wrong with an address; `undefined` when models may point there. Quotes nothing of it. */
export function addressProblem(text: string, privateAllowed: boolean): string | undefined {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    return "must be an address that begins with https:// or http://";
  }
  if (url.username !== "" || url.password !== "") {
    return "must not carry a name or a password: use api_key";
  }
  // The parser has turned every way to write an address (octal, one number) into the usual one.
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  if (isMetadata(host)) return "must not point to a machine's metadata or a link-local address";
  if (privateAllowed || !isPrivate(host)) return undefined;
  return "points into a private network; sekisho_settings.private_upstreams: true in the configuration file allows it";
}

function isMetadata(host: string): boolean {
  return (
    METADATA_NAMES.some((name) => host === name || host.endsWith(`.${name}`)) ||
    METADATA_BLOCKS.some((block) => isAddressIn(host, block))
  );
}

function isPrivate(host: string): boolean {
  // A name without a dot, and these endings, mean something inside a network and nothing outside.
  const isInner = !/[.:]/.test(host) || /\.(local|localhost|internal|lan|home\.arpa)$/.test(host);
  return isInner || PRIVATE_BLOCKS.some((block) => isAddressIn(host, block));
}

const METADATA_NAMES = ["metadata", "metadata.google.internal", "instance-data"];

/** Link-local, and the clouds that chose other addresses: Azure, Alibaba, Oracle, AWS over IPv6. */
const METADATA_BLOCKS = [
  "169.254.0.0/16",
  "168.63.129.16",
  "100.100.100.200",
  "192.0.0.192",
  "fe80::/10",
  "fd00:ec2::/32",
  // IPv4 in the clothes of IPv6 could be any of the above, and nobody writes an upstream like this.
  "::ffff:0:0/96",
  "64:ff9b::/96",
  "2002::/16",
];

/** RFC 6890: what is not the public internet. */
const PRIVATE_BLOCKS = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
  "::/127",
  "fc00::/7",
  "ff00::/8",
];
