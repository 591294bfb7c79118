import { createHash, randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { ConfigError } from "./config-file.ts";
import { root } from "./install.mjs";

/** What a local gateway keeps between runs, beside its databases. */
interface Kept {
  masterKey?: string;
  keySecret?: string;
  virtualKey?: string;
  /** Which key secret signed the virtual key: under another one it is not valid. */
  virtualKeySignedBy?: string;
}

/** The folder of SEKISHO_STATE, with a small file of secrets that only its owner may read. */
export function openState(folder = process.env["SEKISHO_STATE"] || ".sekisho") {
  const absolute = path.resolve(root, folder);
  const file = path.join(absolute, "secrets.json");
  makeFolder(absolute);
  const kept = read(file);
  const save = (values: Kept) => write(file, Object.assign(kept, values));
  return {
    folder: absolute,
    file: path.relative(root, file).startsWith("..") ? file : path.relative(root, file),
    bundle: path.join(absolute, "worker"),
    storage: path.join(absolute, "storage"),
    masterKey: () => kept.masterKey ?? remember("masterKey", `sk-${secret()}`),
    keySecret: () => kept.keySecret ?? remember("keySecret", secret()),
    virtualKey: (keySecret: string) =>
      kept.virtualKeySignedBy === fingerprint(keySecret) ? kept.virtualKey : undefined,
    saveVirtualKey: (virtualKey: string, keySecret: string) =>
      save({ virtualKey, virtualKeySignedBy: fingerprint(keySecret) }),
  };

  function remember(name: "masterKey" | "keySecret", value: string): string {
    save({ [name]: value });
    return value;
  }
}

/** 256 bits: as strong as the HMAC that one of them feeds. */
function secret(): string {
  return randomBytes(32).toString("base64url");
}

function fingerprint(value: string): string {
  return createHash("sha256").update(value).digest("hex").slice(0, 16);
}

function makeFolder(folder: string) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const why = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    const todo = "Set SEKISHO_STATE to a folder you may write to.";
    throw new ConfigError(`State cannot be kept in ${folder}${why}. ${todo}`);
  }
}

/** Every virtual key is signed with what stands here, so a file that cannot be read is not replaced. */
function read(file: string): Kept {
  if (!existsSync(file)) return {};
  try {
    const kept: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof kept === "object" && kept) return kept;
  } catch {
    // Said below.
  }
  const todo = "Restore it, or set SEKISHO_STATE to a new folder to start empty.";
  throw new ConfigError(`${file} holds the gateway's secrets and cannot be read as JSON. ${todo}`);
}

function write(file: string, kept: Kept) {
  writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
  // The mode above only counts when the file is new.
  chmodSync(file, 0o600);
}
