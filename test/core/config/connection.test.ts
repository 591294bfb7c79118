import { describe, expect, it } from "vitest";
import { nameToSet, usualVariableNames } from "../../../src/core/config/connection.ts";
import { deploymentOf } from "./sample.ts";

describe("what an administrator sets", () => {
  it.each([
    ["bedrock/anthropic.claude-opus-5-5", "aws_secret_access_key", "AWS_SECRET_ACCESS_KEY"],
    ["bedrock/anthropic.claude-opus-5-5", "aws_region_name", "AWS_REGION_NAME"],
    ["groq/llama", "api_key", "GROQ_API_KEY"],
    ["azure/o3", "api_base", "AZURE_API_BASE"],
    ["vertex_ai_beta/gemini-2.5-pro", "vertex_project", "VERTEXAI_PROJECT"],
    ["openrouter/x", "account_id", "account_id"],
  ])("for %s and %s is called %s", (model, field, name) => {
    expect(nameToSet(field, deploymentOf({ model }))).toBe(name);
  });

  it("is the variable its entry names, where it names one", () => {
    const deployment = deploymentOf({ model: "groq/llama", api_key: "os.environ/MY_GROQ" });
    expect(nameToSet("api_key", deployment)).toBe("MY_GROQ");
  });

  it("is among the variables that a local gateway is given of the shell", () => {
    const names = ["GROQ_API_KEY", "GEMINI_API_KEY", "VERTEXAI_PROJECT", "AWS_SESSION_TOKEN"];
    expect(usualVariableNames()).toEqual(expect.arrayContaining(names));
    expect(usualVariableNames()).not.toContain("PATH");
  });
});
