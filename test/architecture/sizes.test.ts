import { describe, expect, it } from 'vitest';
import { filesOf, functionsOf } from '../support/source-tree.js';

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
const TEST_FILE_LINES_MAX = 600;

/** Files that may be longer, each with its reason and the day it was let in. */
const LONG_FILES: Record<string, string> = {};

const lengthOf = (text: string) => text.split('\n').length - 1;

describe('sizes', () => {
  it('keep source files to 400 lines', () => {
    const long = filesOf('src').filter(({ path, text }) => lengthOf(text) > FILE_LINES_MAX && !(path in LONG_FILES));

    expect(long.map(({ path, text }) => `${path}: ${lengthOf(text)}`)).toEqual([]);
  });

  it('keep functions to 70 lines', () => {
    const long = filesOf('src')
      .flatMap(functionsOf)
      .filter(({ lines }) => lines > FUNCTION_LINES_MAX);

    expect(long).toEqual([]);
  });

  it('keep test files to 600 lines', () => {
    const long = filesOf('test').filter(({ text }) => lengthOf(text) > TEST_FILE_LINES_MAX);

    expect(long.map(({ path, text }) => `${path}: ${lengthOf(text)}`)).toEqual([]);
  });

  it('leave no exception behind that is needed no longer', () => {
    const stale = Object.keys(LONG_FILES).filter(
      (path) => !filesOf('src').some((file) => file.path === path && lengthOf(file.text) > FILE_LINES_MAX),
    );

    expect(stale).toEqual([]);
  });
});
