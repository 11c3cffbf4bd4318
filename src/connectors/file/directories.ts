/** Directories that survive a loss of power: a name is durable once the directory that holds it was synced. */

import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a directory and those above it; returns the directories that hold new names. @internal */
export function makeDirectory(directory: string): readonly string[] {
  const first = mkdirSync(directory, { recursive: true });
  if (first === undefined) return [];
  const changed: string[] = [];
  for (let made = directory; made.length >= first.length; made = dirname(made)) changed.push(dirname(made));
  return changed;
}

/** Makes the names in these directories durable. @internal */
export async function syncDirectories(directories: Iterable<string>): Promise<void> {
  await Promise.all(
    [...directories].map(async (directory) => {
      const handle = await open(directory, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }),
  );
}
