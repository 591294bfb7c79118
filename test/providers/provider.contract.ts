import { describe, expect, it } from "vitest";
import type { Connection, Deployment } from "../../src/core/config/deployment.ts";
import type { Frame } from "../../src/dialects/framing/frame.ts";
import type { PreparedRequest, Provider } from "../../src/providers/provider.ts";
import { objectIn } from "../core/parsed.ts";
import { adapted, callOf, TOOLS } from "./deployment.ts";

export interface ProviderCase {
  provider: Provider;
  /** Everything it needs. */
  deployment: Deployment;
  /** Each credential it cannot do without, by the name the operator knows. */
  required: (keyof Connection)[];
  /** Values that must never be quoted. */
  secrets: string[];
  /** A body of its grammar, without model and stream. */
  body: string;
  /** Members of that body it has no business touching, as they are written there. */
  untouched: string[];
  whole: Omit<PreparedRequest, "body">;
  stream: Omit<PreparedRequest, "body">;
  /** A streamed answer's bytes, and what they say. */
  bytes: Uint8Array;
  frames: Frame[];
}

/** What every provider keeps to. */
export function describeProvider({ provider, deployment, ...given }: ProviderCase): void {
  const without = (name: keyof Connection): Deployment => {
    const { [name]: _removed, ...connection } = deployment.connection;
    return { ...deployment, connection };
  };
  const adapt = (text: string) =>
    adapted(text, (body) => provider.adaptBody(body, callOf(deployment)));
  const prepare = async (stream: boolean) => {
    const call = callOf(deployment, { stream });
    const { text } = adapted(given.body, (body) => provider.adaptBody(body, call));
    return { text, request: await provider.prepare(call, text, TOOLS) };
  };

  describe(`the ${provider.name} provider`, () => {
    it("lacks nothing when everything is set", () => {
      expect(provider.missing(deployment)).toEqual([]);
    });

    it.each(given.required)("says that %s is missing", (name) => {
      expect(provider.missing(without(name))).toContain(name);
    });

    it.each([
      ["whole", false, given.whole],
      ["streamed", true, given.stream],
    ])(
      "asks for a %s answer at exactly this address, with exactly these headers",
      async (_kind, stream, expected) => {
        const { text, request } = await prepare(stream);
        expect({ url: request.url, headers: request.headers }).toEqual(expected);
        expect(request.body).toBe(text);
      },
    );

    it("leaves every byte alone of what it does not have to change", () => {
      const { text } = adapt(given.body);
      for (const member of given.untouched) {
        expect(given.body).toContain(member);
        expect(text).toContain(member);
      }
    });

    it("keeps what clients tell the gateway itself from the vendor", () => {
      const own = {
        litellm_metadata: {},
        tags: ["a"],
        fallbacks: ["b"],
        num_retries: 1,
        "no-log": true,
      };
      const { json } = adapt(JSON.stringify({ ...objectIn(given.body), ...own }));
      for (const name of Object.keys(own)) expect(json).not.toHaveProperty(name);
    });

    it("quotes no secret in what it throws", async () => {
      for (const broken of brokenVersions(deployment)) {
        const thrown = await provider
          .prepare(callOf(broken), "{}", TOOLS)
          .then(() => "", describeThrown);
        for (const secret of given.secrets) expect(thrown).not.toContain(secret);
      }
    });

    it("cuts a stream into the same frames wherever its bytes are split", () => {
      for (let at = 0; at <= given.bytes.length; at += 1) {
        const decoder = provider.createDecoder(callOf(deployment).dialect);
        const frames = [
          ...decoder.push(given.bytes.subarray(0, at)),
          ...decoder.push(given.bytes.subarray(at)),
          ...decoder.end(),
        ];
        expect(frames, `split at ${at}`).toEqual(given.frames);
      }
    });
  });
}

/** The same deployment with each of its settings damaged, its text still recognisable. */
function brokenVersions(deployment: Deployment): Deployment[] {
  return Object.entries(deployment.connection).map(([name, value]) => ({
    ...deployment,
    connection: { ...deployment.connection, [name]: `{"${String(value)}` },
  }));
}

/** Everything an operator's log could show of it. */
function describeThrown(error: unknown): string {
  return error instanceof Error
    ? `${error.message} ${String(error.cause)} ${error.stack ?? ""}`
    : String(error);
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
