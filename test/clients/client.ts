import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { installClient } from "./install.ts";
import { runClient, type Prompted, type Run } from "./run.ts";

/** A command line client as developers have it, in a home of its own. */
export interface Client {
  /** Home and working folder at once. */
  folder: string;
  /** A file in it that says what only its reader knows. */
  note: string;
  run(flags: readonly string[], prompted?: Omit<Prompted, "folder">): Promise<Run>;
  remove(): Promise<void>;
}

export async function setUpClient(pinned: string, name: string): Promise<Client> {
  const command = path.join(await installClient(pinned), name);
  const folder = await mkdtemp(path.join(tmpdir(), `${name}-`));
  const note = path.join(folder, "note.txt");
  await writeFile(note, "The secret ingredient is yuzu.\n");
  return {
    folder,
    note,
    run: (flags, prompted) => runClient(command, flags, { ...prompted, folder }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
