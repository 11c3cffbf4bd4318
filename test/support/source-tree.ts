/** The files of src as the architecture tests see them: paths, imports, functions and their sizes. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { REPOSITORY } from './run-cli.js';

export interface SourceFile {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  /** The importing file, relative to src. */
  readonly from: string;
  /** A file relative to src, or the name of a package. */
  readonly to: string;
  readonly isPackage: boolean;
  readonly isTypeOnly: boolean;
  readonly isDynamic: boolean;
}

export function filesOf(folder: string, extension = '.ts'): readonly SourceFile[] {
  return readdirSync(join(REPOSITORY, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(REPOSITORY, path), text: readFileSync(path, 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const STATIC = /^(?:import|export)\s(type\s)?([^'";]*?)\sfrom\s'([^']+)'|^import\s'([^']+)'/gm;
const DYNAMIC = /\bimport\('([^']+)'\)/g;

export function importsOf(file: SourceFile): readonly Import[] {
  const from = relative('src', file.path);
  const found: Import[] = [];
  const add = (specifier: string, isTypeOnly: boolean, isDynamic: boolean) => {
    const isPackage = !specifier.startsWith('.');
    const to = isPackage ? specifier : normalize(join(dirname(from), specifier)).replace(/\.js$/, '.ts');
    found.push({ from, to, isPackage, isTypeOnly, isDynamic });
  };
  for (const [, type, names = '', specifier, bare] of file.text.matchAll(STATIC)) {
    const onlyTypes = /^\{[^}]*\}$/.test(names.trim()) && names.replace(/[{}]/g, '').split(',').every(isTypeName);
    add(specifier ?? bare ?? '', type !== undefined || onlyTypes, false);
  }
  for (const [, specifier = ''] of file.text.matchAll(DYNAMIC)) add(specifier, false, true);
  return found;
}

function isTypeName(name: string): boolean {
  return name.trim() === '' || name.trim().startsWith('type ');
}

export interface FunctionSize {
  readonly where: string;
  readonly lines: number;
}

const KEYWORDS = /^\s*(?:\} )?(?:if|else|for|while|switch|catch|try|finally|do|class|interface|return switch)\b/;
const FUNCTION_HEAD = /(?:\bfunction\b.*|=>|\)(?:: [^=]+)?) \{$/;

/**
 * The functions and methods of a file, with their length from the line of the opening brace to that of the closing one.
 * The tree is formatted by one tool, so a body ends at the first line with the indentation of its head.
 */
export function functionsOf(file: SourceFile): readonly FunctionSize[] {
  const lines = file.text.split('\n');
  return lines.flatMap((line, start) => {
    if (!FUNCTION_HEAD.test(line) || KEYWORDS.test(line)) return [];
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    const length = lines.slice(start + 1).findIndex((each) => each.startsWith(`${indent}}`));
    return [{ where: `${file.path}:${start + 1}`, lines: length + 2 }];
  });
}

/** Exported declarations of a file, each with the comment right above it. */
export function exportsOf(file: SourceFile): readonly { readonly name: string; readonly comment: string }[] {
  const lines = file.text.split('\n');
  const head = /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type) (\w+)/;
  return lines.flatMap((line, at) => {
    const name = head.exec(line)?.[1];
    if (name === undefined) return [];
    let from = at;
    if (lines[at - 1]?.trimEnd().endsWith('*/')) {
      from = at - 1;
      while (from > 0 && !lines[from]?.trimStart().startsWith('/**')) from--;
    }
    return [{ name, comment: lines.slice(from, at).join('\n') }];
  });
}
