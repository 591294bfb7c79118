import { describe, expect, it } from "vitest";
import { addressProblem, connectionProblems } from "../../../src/core/config/upstream-address.ts";

describe("addresses that a model may point to", () => {
  it.each(["https://api.example.com/v1", "http://203.0.113.9:8080", "https://[2606:4700::1]/v1"])(
    "are public: %s",
    (address) => expect(addressProblem(address, false)).toBeUndefined(),
  );

  it.each([
    "http://localhost:11434",
    "http://127.0.0.1",
    "http://127.1",
    "http://0x7f000001",
    "http://10.1.2.3",
    "http://172.31.0.1",
    "http://192.168.1.1",
    "http://100.64.0.1",
    "http://[::1]",
    "http://[fd12::1]",
    "http://ollama:11434",
    "http://models.svc.cluster.local",
    "http://vault.internal.",
  ])("are private only where the file says so: %s", (address) => {
    expect(addressProblem(address, false)).toContain("private_upstreams");
    expect(addressProblem(address, true)).toBeUndefined();
  });

  it.each([
    "http://169.254.169.254/latest/meta-data",
    "http://2852039166/",
    "http://0251.0376.0251.0376/",
    "http://0xa9fea9fe/",
    "http://169.254.170.2",
    "http://[fe80::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[fd00:ec2::254]/",
    "http://metadata.google.internal./computeMetadata/v1",
    "http://metadata/",
    "http://168.63.129.16/",
    "http://100.100.100.200/",
  ])("are never a machine's metadata: %s", (address) => {
    for (const privateAllowed of [true, false]) {
      expect(addressProblem(address, privateAllowed)).toContain("metadata");
    }
  });

  it.each(["ftp://example.com", "file:///etc/passwd", "example.com", "", "javascript:1"])(
    "are HTTP: %s",
    (address) => expect(addressProblem(address, true)).toContain("https://"),
  );

  it("carry no password, and a problem quotes none", () => {
    const problem = addressProblem("https://me:canary@example.com", true);
    expect(problem).toContain("api_key");
    expect(problem).not.toContain("canary");
  });
});

describe("connections", () => {
  it("are held to it wherever they say a host, and where a region would become one", () => {
    const problems = connectionProblems(
      {
        api_base: "http://169.254.169.254",
        aws_bedrock_runtime_endpoint: "http://10.0.0.1",
        vertex_credentials: JSON.stringify({ token_uri: "http://metadata.google.internal/token" }),
        aws_region_name: "evil.example/#",
        vertex_location: "evil.example/x?",
      },
      false,
    );
    expect(problems.map(({ path }) => path)).toEqual([
      "api_base",
      "aws_bedrock_runtime_endpoint",
      "vertex_credentials.token_uri",
      "aws_region_name",
      "vertex_location",
    ]);
  });

  it("without such words are fine", () => {
    expect(connectionProblems({ api_key: "x", aws_region_name: "ap-northeast-1" }, false)).toEqual(
      [],
    );
  });
});
