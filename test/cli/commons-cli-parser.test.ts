import { describe, expect, it } from 'vitest';
import { CliUsageError } from '../../src/cli/cli-errors.js';
import { type ParseMode, parseLine } from '../../src/cli/commons-cli-parser.js';
import {
  CANCEL_OPTIONS,
  CHECKPOINT_OPTIONS,
  CUSTOM_OPTIONS,
  LIST_OPTIONS,
  RUN_OPTIONS,
  SAVEPOINT_OPTIONS,
  STOP_OPTIONS,
} from '../../src/cli/options.js';

const run = (...tokens: string[]) => parseLine([...RUN_OPTIONS, ...CUSTOM_OPTIONS], tokens, 'stop');
const interleaved =
  (options: typeof RUN_OPTIONS) =>
  (...tokens: string[]) =>
    parseLine([...options, ...CUSTOM_OPTIONS], tokens, 'interleaved');
const stop = interleaved(STOP_OPTIONS);
const cancel = interleaved(CANCEL_OPTIONS);
const list = interleaved(LIST_OPTIONS);
const savepoint = interleaved(SAVEPOINT_OPTIONS);
const checkpoint = interleaved(CHECKPOINT_OPTIONS);

describe('forms of an option with a value', () => {
  it.each([
    [['-p', '4']],
    [['-p4']],
    [['-p=4']],
    [['--parallelism', '4']],
    [['--parallelism=4']],
    [['-parallelism', '4']],
    [['-parallelism=4']],
    [['--para', '4']],
    [['-para', '4']],
    [['-dp', '4']],
    [['-dp4']],
    [['-p', '"4"']],
  ])('%j gives the value 4 and leaves the file', (tokens) => {
    const line = run(...tokens, 'x.js', '-p', '9');

    expect(line.value('p')).toBe('4');
    expect(line.args).toEqual(['x.js', '-p', '9']);
  });

  it('takes a dashed word that is no option as a value', () => {
    expect(run('-p', '-2', 'x.js').value('p')).toBe('-2');
  });

  it('refuses to take a known option as a value, by its short name', () => {
    expect(() => run('-s', '-n', 'x.js')).toThrow(new CliUsageError('Missing argument for option: s'));
    expect(() => run('-p')).toThrow('Missing argument for option: p');
  });

  it('lets the first of a repeated option win', () => {
    expect(run('-p', '2', '-p', '3', 'x.js').value('p')).toBe('2');
  });

  it('matches a short name of several letters before it takes letters one by one', () => {
    const line = run('-cm', 'claim', '-sae', '-s', 'dir', 'x.js');

    expect(line.value('cm')).toBe('claim');
    expect(line.has('sae')).toBe(true);
    expect(line.value('s')).toBe('dir');
  });
});

describe('abbreviated long names', () => {
  it('lists the candidates in the order of registration', () => {
    expect(() => run('--p', '2', 'x.js')).toThrow(
      "Ambiguous option: '--p'  (could be: 'parallelism', 'python', 'pyFiles', 'pyModule', 'pyRequirements', 'pyArchives', 'pyExecutable', 'pyClientExecutable', 'pyPythonPath')",
    );
  });

  it('lets an exact name win over the longer ones', () => {
    expect(run('--python', 'x', 'y').value('py')).toBe('x');
  });

  it('does not offer the options that Flink lacks', () => {
    expect(list('--j', 'localhost:1').value('m')).toBe('localhost:1');
    expect(() => list('--jso')).toThrow('Unrecognized option: --jso');
    expect(list('--json').has('json')).toBe(true);
  });
});

describe('-D', () => {
  it.each([
    [['-Dk=v'], { k: 'v' }],
    [['-D', 'k=v'], { k: 'v' }],
    [['-Dk=a=b'], { k: 'a=b' }],
    [['-Dk='], { k: '' }],
    [['-Dk'], { k: 'true' }],
    [['-Dk=1', '-Dk=2'], { k: '2' }],
    [['-D', 'k', 'v'], { k: 'v' }],
    [['-D__proto__=1'], { ['__proto__']: '1' }],
  ])('%j is %j', (tokens, properties) => {
    expect(Object.entries(run(...tokens).properties('D'))).toEqual(Object.entries(properties));
  });

  it('needs a value behind a bare key', () => {
    expect(() => run('-D', 'x.js')).toThrow('Missing argument for option: D');
  });
});

describe('the end of the options', () => {
  it('comes at the first word that is none, in stop mode', () => {
    expect(run('-d', 'x.js', '-a', '-h', '--', '"q"').args).toEqual(['x.js', '-a', '-h', '--', '"q"']);
  });

  it('comes at an unknown dashed word too, in stop mode', () => {
    expect(run('--foo', 'x.js').args).toEqual(['--foo', 'x.js']);
    expect(run('-dZ', 'x.js').args).toEqual(['Z', 'x.js']);
  });

  it('comes at two dashes, which are dropped', () => {
    expect(run('--', '-d', 'x.js').args).toEqual(['-d', 'x.js']);
    expect(list('--', '-r').has('r')).toBe(false);
  });

  it('never comes in interleaved mode: unknown dashed words are refused', () => {
    expect(stop('one', '-d', 'two').args).toEqual(['one', 'two']);
    expect(() => stop('--detached', 'j')).toThrow('Unrecognized option: --detached');
    expect(() => list('-1')).toThrow('Unrecognized option: -1');
    expect(() => cancel('-d', 'j')).toThrow('Unrecognized option: -d');
    expect(() => checkpoint('-incremental', 'j')).toThrow('Unrecognized option: -incremental');
  });
});

describe('options whose value may be left out', () => {
  it.each([
    [['J'], undefined, ['J']],
    [['-p', 'J'], 'J', []],
    [['-p', 'dir', 'J'], 'dir', ['J']],
    [['J', '-p', 'dir'], 'dir', ['J']],
    [['-pdir', 'J'], 'dir', ['J']],
    [['-p', '-d', 'J'], undefined, ['J']],
    [['J', '-p'], undefined, ['J']],
    [['-d', 'dir', 'J'], undefined, ['dir', 'J']],
  ])('stop %j has the directory %s and the words %j', (tokens, directory, args) => {
    const line = stop(...tokens);

    expect([line.value('p'), line.args]).toEqual([directory, args]);
  });

  it('is not so for the path of savepoint -d', () => {
    expect(() => savepoint('-d', '-j', 'x')).toThrow('Missing argument for option: d');
  });
});

describe('quirks that scripts have met', () => {
  it('reads -type without such an option as -t with the value ype', () => {
    const line = checkpoint('-type', 'full', 'J');

    expect(line.value('t')).toBe('ype');
    expect(line.args).toEqual(['full', 'J']);
  });

  it('concatenates flags', () => {
    const line = list('-rs');

    expect([line.has('r'), line.has('s'), line.has('a')]).toEqual([true, true, false]);
  });

  it('collects all values of -a up to the next option', () => {
    const line = run('-a', '--args', 'x', '-p', '1', 'x.js', 'lost');

    expect(line.values('a')).toEqual(['--args', 'x']);
    expect(line.args).toEqual(['x.js', 'lost']);
  });

  it.each<ParseMode>(['stop', 'interleaved'])(
    'reports the option of a command line that lacks its value (%s)',
    (mode) => {
      expect(() => parseLine(CUSTOM_OPTIONS, ['-m'], mode)).toThrow('Missing argument for option: m');
    },
  );
});
