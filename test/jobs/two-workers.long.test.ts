import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CliSandbox, JOBS } from '../support/run-cli.js';

describe('a job with two workers', () => {
  it('uses more than 1.7 cores (on a machine that is idle)', async () => {
    const cli = new CliSandbox();
    onTestFinished(() => cli.remove());

    const { stdout } = await cli.run(['run', '-p', '2', join(JOBS, 'recovery/burn.js'), '60000', '50000']);

    expect(Number(/cores (\S+)/.exec(stdout)?.[1])).toBeGreaterThan(1.7);
  });
});
