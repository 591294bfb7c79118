import { setUpClient, type Client } from "./client.ts";
import type { Run } from "./run.ts";

export function setUpClaudeCode(): Promise<Client> {
  return setUpClient("@anthropic-ai/claude-code@2.1.329", "claude");
}

/** Has it read its note, with its default model unless the variables name another. */
export function readNote(claude: Client, variables: Record<string, string>): Promise<Run> {
  const prompt = `Read the note. call:Read ${JSON.stringify({ file_path: claude.note })}`;
  return claude.run(["-p", prompt, "--allowedTools", "Read"], {
    variables: {
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      ...variables,
    },
  });
}
