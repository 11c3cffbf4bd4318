/** What config.yaml says, and where it is looked for. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_FILE_NAME, readConfigFile } from '../common/config-file.js';
import { messageOf } from '../common/errors.js';
import { HomeDirectory } from '../snapshot/home-directory.js';
import { CliBootstrapError } from './cli-errors.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of config.yaml: of `FLINK_TS_CONF_DIR`, else `FLINK_CONF_DIR`, else `conf` in the home directory. A
 * directory that was named must hold the file, as in Flink; the one of the home may be absent.
 *
 * @throws CliBootstrapError when the file is missing or is no YAML.
 * @internal
 */
export async function loadSettings(environment: Environment): Promise<Record<string, string>> {
  const named = [environment.FLINK_TS_CONF_DIR, environment.FLINK_CONF_DIR].find((path) => (path ?? '') !== '');
  const directory = named ?? new HomeDirectory(environment).configDirectory;
  const file = join(directory, CONFIG_FILE_NAME);
  if (!existsSync(file)) {
    if (named === undefined) return {};
    throw new CliBootstrapError(`Cannot read ${file}: No such file or directory`);
  }
  try {
    return await readConfigFile(directory);
  } catch (thrown) {
    throw new CliBootstrapError(messageOf(thrown), { cause: thrown });
  }
}
