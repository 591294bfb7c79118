import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

export interface CurlAnswer {
  status: number;
  text: string;
}

/** Runs the line as it stands: by a shell and curl where they are, else as curl would have sent it. */
export const runCurl: (line: string) => Promise<CurlAnswer> = hasCurl() ? byShell() : byFetch;

function hasCurl(): boolean {
  try {
    execFileSync("curl", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The status comes from curl's own settings file, so that the line needs no further option. */
function byShell(): (line: string) => Promise<CurlAnswer> {
  const home = mkdtempSync(path.join(tmpdir(), "sekisho-curl-"));
  writeFileSync(path.join(home, ".curlrc"), 'silent\nwrite-out = "\\n%{http_code}"\n');
  return async (line) => {
    const env = { ...process.env, CURL_HOME: home };
    const { stdout } = await promisify(execFile)("sh", ["-c", line], { env });
    const end = stdout.lastIndexOf("\n");
    return { status: Number(stdout.slice(end + 1)), text: stdout.slice(0, end) };
  };
}

async function byFetch(line: string): Promise<CurlAnswer> {
  const { url, ...init } = requestOf(line);
  const response = await fetch(url, init);
  return { status: response.status, text: await response.text() };
}

/** What curl makes of a line with the options the documentation uses. */
export function requestOf(line: string): {
  url: string;
  method: string;
  headers: Headers;
  body?: string;
} {
  const [, ...words] = wordsOf(line);
  const headers = new Headers();
  let url = "";
  let method: string | undefined;
  let body: string | undefined;
  while (words.length > 0) {
    const word = words.shift() ?? "";
    if (/^(-X|--request)$/.test(word)) method = words.shift();
    else if (/^(-H|--header)$/.test(word)) {
      const [, name = "", value = ""] = /^([^:]+): ?(.*)$/.exec(words.shift() ?? "") ?? [];
      headers.set(name, value);
    } else if (/^(-d|--data|--data-raw)$/.test(word)) body = words.shift();
    else if (!/^(-L|--location|-i)$/.test(word)) url = word;
  }
  // curl's own default, which the documentation always overrides.
  if (body !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "application/x-www-form-urlencoded");
  }
  const meant = method ?? (body === undefined ? "GET" : "POST");
  return { url, method: meant, headers, ...(body !== undefined && { body }) };
}

/** Words as a shell splits them: quotes, escapes, and lines that go on. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  const word = /(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\(?!\r?\n).|[^\s'"\\])+/gs;
  for (const [found] of line.matchAll(word)) {
    const parts = found.matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\]+)/gs);
    words.push(
      Array.from(
        parts,
        ([, single, double, escaped, plain]) =>
          single ?? double?.replaceAll(/\\(["\\$`])/g, "$1") ?? escaped ?? plain ?? "",
      ).join(""),
    );
  }
  return words;
}
