import { jwtVerify } from "jose";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { createTokenMint } from "../../src/providers/google-token.ts";
import { objectIn } from "../core/parsed.ts";
import { rejectionOf } from "../core/thrown.ts";
import { NOW_MS } from "./deployment.ts";
import type { TestAccount } from "./service-account.fixture.ts";
import { createTestAccount } from "./service-account.fixture.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await createTestAccount();
});

/** Google's token endpoint as a function, which counts and can be told what to answer. */
function endpoint(answer: (count: number) => Response | Promise<Response>) {
  const requests: Request[] = [];
  const mint = createTokenMint(async (request) => {
    requests.push(request);
    return answer(requests.length);
  });
  return { mint, requests };
}

const grant = (count: number, lifeSeconds = 3_600) =>
  Response.json({ access_token: `ya29.${count}`, expires_in: lifeSeconds, token_type: "Bearer" });

describe("a Google access token", () => {
  it("is asked for with an assertion that Google would accept", async () => {
    const { mint, requests } = endpoint(grant);
    expect(await mint.accessToken(account.json, NOW_MS)).toBe("ya29.1");
    const [request] = requests;
    expect(request?.url).toBe("https://token.example/token");
    expect(request?.method).toBe("POST");
    expect(request?.redirect).toBe("manual");
    const form = (await request?.formData()) ?? new FormData();
    expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const { payload, protectedHeader } = await jwtVerify(
      String(form.get("assertion")),
      account.publicKey,
      {
        currentDate: new Date(NOW_MS),
      },
    );
    expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT", kid: "key-1" });
    expect(payload).toEqual({
      iss: "gateway@proj-1.iam.gserviceaccount.com",
      aud: "https://token.example/token",
      scope: "https://www.googleapis.com/auth/cloud-platform",
      iat: NOW_MS / 1_000,
      exp: NOW_MS / 1_000 + 3_600,
    });
  });

  it("is minted once for fifty calls at a time, and once more after it was refused", async () => {
    const { mint, requests } = endpoint(grant);
    const calls = Array.from({ length: 50 }, () => mint.accessToken(account.json, NOW_MS));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(["ya29.1"]));
    expect(requests).toHaveLength(1);
    mint.forget(account.json, "ya29.1");
    expect(await mint.accessToken(account.json, NOW_MS)).toBe("ya29.2");
  });

  it("is kept until five minutes before it expires", async () => {
    const { mint } = endpoint(grant);
    await mint.accessToken(account.json, NOW_MS);
    expect(await mint.accessToken(account.json, NOW_MS + 3_299_000)).toBe("ya29.1");
    expect(await mint.accessToken(account.json, NOW_MS + 3_300_000)).toBe("ya29.2");
  });

  it("is kept for most of a short life", async () => {
    const { mint } = endpoint((count) => grant(count, 60));
    await mint.accessToken(account.json, NOW_MS);
    expect(await mint.accessToken(account.json, NOW_MS + 53_000)).toBe("ya29.1");
    expect(await mint.accessToken(account.json, NOW_MS + 54_000)).toBe("ya29.2");
  });

  it("is used once and not kept when nobody says how long it lives", async () => {
    const { mint } = endpoint((count) => Response.json({ access_token: `ya29.${count}` }));
    expect(await mint.accessToken(account.json, NOW_MS)).toBe("ya29.1");
    expect(await mint.accessToken(account.json, NOW_MS)).toBe("ya29.2");
  });

  it("belongs to one key: another key of the same account gets its own", async () => {
    const other = await createTestAccount({ private_key_id: "key-2" });
    const { mint } = endpoint(grant);
    expect(await mint.accessToken(account.json, NOW_MS)).toBe("ya29.1");
    expect(await mint.accessToken(other.json, NOW_MS)).toBe("ya29.2");
    expect(await mint.accessToken(account.json, NOW_MS)).toBe("ya29.1");
  });

  it("is asked for again after a failure, by everyone who comes later", async () => {
    const { mint, requests } = endpoint((count) =>
      count === 1 ? Response.json({ error: "invalid_grant" }, { status: 400 }) : grant(count),
    );
    const calls = await Promise.allSettled([
      mint.accessToken(account.json, NOW_MS),
      mint.accessToken(account.json, NOW_MS),
    ]);
    expect(calls.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(requests).toHaveLength(1);
    expect(await mint.accessToken(account.json, NOW_MS)).toBe("ya29.2");
  });

  it("stays when what the vendor refused was an older one", async () => {
    const { mint, requests } = endpoint(grant);
    await mint.accessToken(account.json, NOW_MS);
    // Fifty calls are refused at once; all of them forget, and one mints.
    for (let call = 0; call < 50; call++) {
      mint.forget(account.json, "ya29.1");
      expect(await mint.accessToken(account.json, NOW_MS)).toBe("ya29.2");
    }
    expect(requests).toHaveLength(2);
  });

  it("does not depend on a call that hung up while it minted", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { mint } = endpoint((count) =>
      count === 1 ? new Promise<Response>(() => undefined) : grant(count),
    );
    const hungUp = mint.accessToken(account.json, NOW_MS);
    const next = mint.accessToken(account.json, NOW_MS);
    await vi.advanceTimersByTimeAsync(5_000);
    vi.useRealTimers();
    expect(await Promise.race([hungUp, next])).toBe("ya29.2");
  });

  it("understands a key whose line ends were escaped on the way", async () => {
    const { private_key: key, ...rest } = objectIn(account.json);
    const escaped = JSON.stringify({ ...rest, private_key: String(key).replaceAll("\n", "\\n") });
    const { mint } = endpoint(grant);
    expect(await mint.accessToken(escaped, NOW_MS)).toBe("ya29.1");
  });
});

describe("a token that cannot be had", () => {
  const failing = (json: string, answer: () => Response | Promise<Response> = () => grant(1)) =>
    rejectionOf(endpoint(answer).mint.accessToken(json, NOW_MS));

  it.each([
    ["a path", "/secrets/account.json", "not JSON"],
    ["another kind of credential", '{"type":"authorized_user"}', "client_email"],
    [
      "a broken address",
      '{"client_email":"a","private_key":"b","token_uri":"nowhere"}',
      "token_uri",
    ],
  ])("because vertex_credentials is %s is the operator's to mend", async (_what, json, words) => {
    const { code, message } = await failing(json);
    expect(code).toBe("not_configured");
    expect(message).toMatch(new RegExp(`vertex_credentials.*${words}`));
  });

  it.each([
    ["refused", () => Response.json({ error: "invalid_grant" }, { status: 401 }), "invalid_grant"],
    [
      "redirected",
      () => new Response(null, { status: 302, headers: { location: "https://evil.example" } }),
      "302",
    ],
    ["answered with HTML", () => new Response("<html>"), "200"],
    ["unreachable", () => Promise.reject(new Error("refused")), "could not be reached"],
  ])("because the endpoint %s is an upstream credential error", async (_what, answer, words) => {
    const { code, message } = await failing(account.json, answer);
    expect(code).toBe("upstream_credential");
    expect(message).toContain(words);
  });

  it("never shows any of the private key", async () => {
    const damaged = JSON.stringify({
      ...objectIn(account.json),
      private_key: account.secretLines.join("\n"),
    });
    const cut = account.json.slice(0, -1);
    for (const json of [damaged, cut, account.json]) {
      const error = await failing(json, () => new Response(json, { status: 500 }));
      const shown = `${error.message} ${String(error.cause)} ${error.stack}`;
      for (const line of account.secretLines) expect(shown).not.toContain(line);
    }
  });
});
