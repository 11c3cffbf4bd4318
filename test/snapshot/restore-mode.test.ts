import { describe, expect, it } from 'vitest';
import { redactArguments } from '../../src/snapshot/redact-arguments.js';
import { parseRestoreMode, RESTORE_MODE_RULES } from '../../src/snapshot/restore-mode.js';

describe('parseRestoreMode', () => {
  it('takes the modes in any case', () => {
    expect(['claim', 'No_Claim', 'LEGACY'].map(parseRestoreMode)).toEqual(['CLAIM', 'NO_CLAIM', 'LEGACY']);
  });

  it.each(['no-claim', '', 'x'])('says of %j what Flink says', (text) => {
    expect(() => parseRestoreMode(text)).toThrow(
      'Could not parse value for enum class org.apache.flink.core.execution.RestoreMode. Expected one of: [[CLAIM, NO_CLAIM, LEGACY]]',
    );
  });

  it('lets only CLAIM own the snapshot, and only NO_CLAIM leave its files alone', () => {
    expect(Object.entries(RESTORE_MODE_RULES).filter(([, rules]) => rules.ownsSnapshot)).toHaveLength(1);
    expect(RESTORE_MODE_RULES.NO_CLAIM).toMatchObject({ mayReuseFiles: false, forcesFullCheckpoint: true });
  });
});

describe('redactArguments', () => {
  it('replaces values of sensitive keys, wherever they stand', () => {
    const given = ['--password', 'p', '--user', 'u', '--api-key=k', '-Dmy.secret=s', '--token', '--plain', 'v', 'a=b'];

    expect(redactArguments(given)).toEqual([
      '--password',
      '******',
      '--user',
      'u',
      '--api-key=******',
      '-Dmy.secret=******',
      '--token',
      '--plain',
      'v',
      'a=b',
    ]);
  });
});
