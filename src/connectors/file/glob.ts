/**
 * Which files a path means: a file, all files below a directory, or a pattern with `*`, `?`, `[a-z]`, `{a,b}` and `**`.
 * Names that begin with `.` or `_` are passed over below a directory, as in Flink: they are hidden, or not finished yet.
 */

import { readdir, stat } from 'node:fs/promises';
import { join, parse, sep } from 'node:path';

const MAGIC = /[*?[{]/;

/** A file that was found. @internal */
export interface FoundFile {
  readonly path: string;
  readonly size: number;
}

/** The files of an absolute path or pattern, sorted; undefined when a plain path does not exist. @internal */
export async function findFiles(pattern: string): Promise<FoundFile[] | undefined> {
  const found: FoundFile[] = [];
  const literal = await statOf(pattern);
  if (literal !== undefined) {
    if (literal.isDirectory) await walk(pattern, () => true, found);
    else found.push({ path: pattern, size: literal.size });
  } else if (MAGIC.test(pattern)) {
    const matches = globToRegExp(pattern);
    await walk(literalPrefix(pattern), (path) => matches.test(path), found);
  } else {
    return undefined;
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The expression that matches whole paths. @internal */
export function globToRegExp(pattern: string): RegExp {
  let source = '';
  let braces = 0;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string;
    const class_ = char === '[' ? /^\[(!?)([^\]]+)\]/.exec(pattern.slice(i)) : null;
    if (pattern.startsWith('**/', i)) {
      source += '(?:[^/]+/)*';
      i += 2;
    } else if (pattern.startsWith('**', i)) {
      source += '.*';
      i += 1;
    } else if (class_ !== null) {
      source += `[${class_[1] === '' ? '' : '^'}${(class_[2] as string).replace(/[\\^[]/g, '\\$&')}]`;
      i += class_[0].length - 1;
    } else if (char === '{' && pattern.includes('}', i)) {
      source += '(?:';
      braces++;
    } else if (char === '}' && braces > 0) {
      source += ')';
      braces--;
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else source += char === ',' && braces > 0 ? '|' : char.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
  return new RegExp(`^${source}$`);
}

/** The directory above the first segment with a pattern. */
function literalPrefix(pattern: string): string {
  const { root } = parse(pattern);
  const segments = pattern.slice(root.length).split(sep);
  const first = segments.findIndex((segment) => MAGIC.test(segment));
  return join(root, ...segments.slice(0, first));
}

async function walk(directory: string, accepts: (path: string) => boolean, found: FoundFile[]): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(directory);
  } catch (error) {
    // Removed since it was listed, or the fixed part of a pattern that matches nothing.
    if (isMissing(error)) return;
    throw error;
  }
  for (const name of entries) {
    if (name.startsWith('.') || name.startsWith('_')) continue;
    const path = join(directory, name);
    const entry = await statOf(path);
    if (entry === undefined) continue;
    if (entry.isDirectory) await walk(path, accepts, found);
    else if (entry.isFile && accepts(path)) found.push({ path, size: entry.size });
  }
}

async function statOf(path: string): Promise<{ isDirectory: boolean; isFile: boolean; size: number } | undefined> {
  try {
    const stats = await stat(path);
    return { isDirectory: stats.isDirectory(), isFile: stats.isFile(), size: stats.size };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
