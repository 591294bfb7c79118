import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { AwsKey } from "./sigv4.ts";

/** Every secret the stand-in knows. None of them opens anything else. */
export interface Credentials {
  /** A long-term key pair. */
  aws: AwsKey;
  /** A temporary one, which is only good with its session token. */
  awsSession: AwsKey & { sessionToken: string };
  bedrockApiKey: string;
  /** An application inference profile in us-east-1 that stands for claude-sonnet-4-5. */
  bedrockProfileArn: string;
  anthropicApiKey: string;
  geminiApiKey: string;
  openaiApiKey: string;
  azureApiKey: string;
  /** Accepted as `Authorization: Bearer` on Azure, in place of an Entra token. */
  azureToken: string;
  compatibleApiKey: string;
  datadogApiKey: string;
  google: GoogleAccount;
}

export interface GoogleAccount {
  projectId: string;
  clientEmail: string;
  privateKeyId: string;
  privateKeyPem: string;
  publicKey: KeyObject;
  tokenUri: string;
  scope: string;
}

export function createCredentials(url: string, overrides: Partial<Credentials> = {}): Credentials {
  return {
    aws: {
      accessKeyId: "AKIASEKISHOUPSTREAM1",
      secretAccessKey: "stand-in/aws+secret/for+tests/only/00001",
    },
    awsSession: {
      accessKeyId: "ASIASEKISHOUPSTREAM1",
      secretAccessKey: "stand-in/aws+secret/for+tests/only/00002",
      sessionToken: "IQoJb3JpZ2luX2VjEND//standin+session/token==",
    },
    bedrockApiKey: "ABSKc3RhbmQtaW4tYmVkcm9jay1hcGkta2V5",
    bedrockProfileArn:
      "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/standin01",
    anthropicApiKey: "sk-ant-api03-stand-in",
    geminiApiKey: "AIzaSyStandInForAiStudio0123456789abcde",
    openaiApiKey: "sk-proj-stand-in",
    azureApiKey: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    azureToken: "stand-in.entra.token",
    compatibleApiKey: "stand-in-compatible-key",
    datadogApiKey: "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0",
    google: createGoogleAccount(url),
    ...overrides,
  };
}

/** The file an operator downloads from Google, with its token endpoint pointing here. */
export function serviceAccountJson(account: GoogleAccount): string {
  return JSON.stringify({
    type: "service_account",
    project_id: account.projectId,
    private_key_id: account.privateKeyId,
    private_key: account.privateKeyPem,
    client_email: account.clientEmail,
    client_id: "100000000000000000001",
    auth_uri: "https://accounts.google.com/o/oauth2/auth",
    token_uri: account.tokenUri,
    auth_provider_x509_cert_url: "https://www.googleapis.com/oauth2/v1/certs",
    universe_domain: "googleapis.com",
  });
}

function createGoogleAccount(url: string): GoogleAccount {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    projectId: "standin-project",
    clientEmail: "gateway@standin-project.iam.gserviceaccount.com",
    privateKeyId: randomBytes(20).toString("hex"),
    privateKeyPem: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: pair.publicKey,
    tokenUri: `${url}/token`,
    scope: "https://www.googleapis.com/auth/cloud-platform",
  };
}
