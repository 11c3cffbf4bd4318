import { describe, expect, it } from 'vitest';
import {
  BOOLEAN,
  Configuration,
  DURATION,
  enumOf,
  INTEGER,
  LIST,
  MAP,
  MEMORY_SIZE,
  option,
} from '../../src/common/config.js';
import { parseConfigFile, readConfigFile } from '../../src/common/config-file.js';
import {
  ALL_OPTIONS,
  CheckpointingOptions,
  isSensitiveKey,
  mergeConfiguration,
  PipelineOptions,
  RestartOptions,
} from '../../src/common/options.js';
import { formatDuration } from '../../src/common/quantities.js';

describe('typed options', () => {
  it('gives the default when the key is not set', () => {
    const configuration = new Configuration();

    expect(configuration.get(CheckpointingOptions.TIMEOUT)).toBe(600_000);
    expect(configuration.get(CheckpointingOptions.INTERVAL)).toBeUndefined();
    expect(configuration.has(CheckpointingOptions.TIMEOUT)).toBe(false);
  });

  it("names value and key in Flink's words when a value does not parse", () => {
    const configuration = new Configuration({ 'parallelism.default': 'abc' });

    const read = () => configuration.get(PipelineOptions.PARALLELISM);

    expect(read).toThrow("Could not parse value 'abc' for key 'parallelism.default'.");
    expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('parses only when a value is read', () => {
    const configuration = new Configuration({ 'parallelism.default': 'abc', 'pipeline.name': 'n' });

    expect(configuration.get(PipelineOptions.NAME)).toBe('n');
  });

  it('finds a value under an older spelling, and prefers the key itself', () => {
    expect(new Configuration({ 'state.checkpoints.dir': '/a' }).get(CheckpointingOptions.DIRECTORY)).toBe('/a');
    expect(
      new Configuration({ 'state.checkpoints.dir': '/a', 'execution.checkpointing.dir': '/b' }).get(
        CheckpointingOptions.DIRECTORY,
      ),
    ).toBe('/b');
  });

  it.each([
    ['300', 300],
    ['10 s', 10_000],
    ['5min', 300_000],
    [' 1 h ', 3_600_000],
    ['2 days', 172_800_000],
    ['1500 µs', 1],
    ['0', 0],
  ])('reads the duration %j', (text, expected) => {
    expect(DURATION.parse(text)).toBe(expected);
  });

  it.each([
    ['', 'empty'],
    ['s', 'does not start with a number'],
    ['-1 s', 'does not start with a number'],
    ['1 fortnight', "unit 'fortnight' does not match any"],
    ['1.5 s', "unit '.5 s' does not match any"],
  ])('refuses the duration %j', (text, reason) => {
    expect(() => DURATION.parse(text)).toThrow(reason);
  });

  it.each([
    ['4096', 4096],
    ['20 kb', 20_480],
    ['1728m', 1_811_939_328],
    ['1 GB', 1_073_741_824],
  ])('reads the memory size %j', (text, expected) => {
    expect(MEMORY_SIZE.parse(text)).toBe(expected);
  });

  it('reads booleans, enums and integers in any letter case, and refuses what is none', () => {
    const mode = enumOf('EXACTLY_ONCE', 'AT_LEAST_ONCE');

    expect(BOOLEAN.parse('True')).toBe(true);
    expect(() => BOOLEAN.parse('yes')).toThrow('Unrecognized option for boolean: yes');
    expect(mode.parse('exactly_once')).toBe('EXACTLY_ONCE');
    expect(() => mode.parse('never')).toThrow('Expected one of: [[EXACTLY_ONCE, AT_LEAST_ONCE]]');
    expect(INTEGER.parse('-12')).toBe(-12);
    for (const text of ['', '1.5', '0x10', '2147483648']) expect(() => INTEGER.parse(text)).toThrow();
  });

  it('splits lists and maps at separators outside quotes', () => {
    expect(LIST.parse("a; 'b;c' ;d")).toEqual(['a', 'b;c', 'd']);
    expect([...MAP.parse("k:v, 'x:1,2'")]).toEqual([
      ['k', 'v'],
      ['x', '1,2'],
    ]);
  });

  it('writes a duration in its largest whole unit', () => {
    expect([0, 1500, 60_000, 86_400_000].map(formatDuration)).toEqual(['0 ms', '1500 ms', '1 min', '1 d']);
  });
});

describe('merging', () => {
  it('lets a later layer win, whatever spelling it uses', () => {
    const merged = mergeConfiguration(
      { 'execution.checkpointing.dir': '/file', 'parallelism.default': '1', unknown: 'x' },
      { 'state.checkpoints.dir': '/flag' },
      { 'parallelism.default': '4' },
    );

    expect(new Configuration(merged).get(CheckpointingOptions.DIRECTORY)).toBe('/flag');
    expect(merged).toEqual({ 'state.checkpoints.dir': '/flag', 'parallelism.default': '4', unknown: 'x' });
  });

  it('has no key twice among all options, and a description for each', () => {
    const keys = ALL_OPTIONS.flatMap((each) => [each.key, ...each.aliases]);

    expect(new Set(keys).size).toBe(keys.length);
    for (const each of ALL_OPTIONS) expect(each.description).toMatch(/\.$/);
    expect(ALL_OPTIONS).toContain(RestartOptions.STRATEGY);
  });

  it('knows which keys hold secrets', () => {
    expect(isSensitiveKey('s3.Secret-key')).toBe(true);
    expect(isSensitiveKey('parallelism.default')).toBe(false);
  });
});

describe('config.yaml', () => {
  it('takes nested and flat keys, and scalars as they are written', async () => {
    const settings = await parseConfigFile(
      'parallelism:\n  default: 010\nexecution.checkpointing.interval: 1 s\nflag: true\nempty:\nlist: [a, b]\n# end\n',
      'config.yaml',
    );

    expect(settings).toEqual({
      'parallelism.default': '010',
      'execution.checkpointing.interval': '1 s',
      flag: 'true',
      list: 'a;b',
    });
  });

  it('is empty when the file is absent or holds comments only', async () => {
    expect(await readConfigFile('/nonexistent-directory')).toEqual({});
    expect(await parseConfigFile('# nothing\n\n', 'config.yaml')).toEqual({});
  });

  it.each(['a: [1', 'a: 1\na: 2', '- x'])('refuses %j with the name of the file', async (text) => {
    await expect(parseConfigFile(text, '/conf/config.yaml')).rejects.toThrow(/"\/conf\/config.yaml"/);
  });

  it('takes a key such as __proto__ as data', async () => {
    const settings = await parseConfigFile('__proto__: {polluted: 1}\nx: 2', 'config.yaml');

    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(settings.x).toBe('2');
  });
});

it('an option remembers how it was declared', () => {
  expect(option('k', INTEGER, 3, 'Text.', 'old')).toMatchObject({ key: 'k', defaultValue: 3, aliases: ['old'] });
});
