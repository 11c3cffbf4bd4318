/** `completion`: scripts for shells, made from the table of verbs, so that they cannot be out of date. */

import { CliUsageError } from './cli-errors.js';
import type { Command, Verb } from './commands.js';
import type { CliOption } from './option.js';

/** Words behind verbs that have actions. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  state: ['ls', 'get', 'dump', 'diff'],
  snapshots: ['ls', 'show', 'verify', 'rm', 'gc', 'du', 'reindex'],
  completion: ['bash', 'zsh', 'fish'],
};

const SHELLS: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash: bashScript,
  zsh: (commands) => `#compdef flink-ts\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}`,
  fish: fishScript,
};

/** The verb. @internal */
export const completionVerb: Verb = {
  async run({ line, output, commands }) {
    const [shell = ''] = line.args;
    const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
    if (script === undefined) throw new CliUsageError('For which shell? bash, zsh or fish.');
    const text = script(commands);
    output.out(line.has('json') ? `${JSON.stringify({ shell, script: text })}\n` : text);
    return 0;
  },
};

function namesOf(option: CliOption): readonly string[] {
  return [
    ...(option.short === undefined ? [] : [`-${option.short}`]),
    ...(option.long === undefined ? [] : [`--${option.long}`]),
  ];
}

function visible({ options }: Command): readonly CliOption[] {
  return options.filter((option) => option.hidden !== true);
}

function bashScript(commands: readonly Command[]): string {
  const cases = commands.map((command) => {
    const words = [...(ACTIONS[command.name] ?? []), ...visible(command).flatMap(namesOf)];
    return `    ${command.name}) words="${words.join(' ')}" ;;`;
  });
  return `# Completion of flink-ts: source <(flink-ts completion bash)
_flink_ts() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')}" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
}
complete -o filenames -F _flink_ts flink-ts
`;
}

function fishScript(commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => {
    const seen = `-n '__fish_seen_subcommand_from ${command.name}'`;
    const actions = (ACTIONS[command.name] ?? []).map((word) => `complete -c flink-ts ${seen} -a ${word}`);
    const options = visible(command).map(({ short, long, description, arg }) => {
      const flag = short === undefined ? '' : short.length === 1 ? ` -s ${short}` : ` -o ${short}`;
      const name = long === undefined ? '' : ` -l ${long}`;
      const value = arg === undefined ? '' : ' -r';
      return `complete -c flink-ts ${seen}${flag}${name}${value} -d '${quoted(description)}'`;
    });
    const verb = `complete -c flink-ts -n __fish_use_subcommand -a ${command.name} -d '${quoted(command.summary)}'`;
    return [verb, ...actions, ...options];
  });
  return `# Completion of flink-ts: flink-ts completion fish | source\n${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return text.replace(/[\\']/g, '\\$&');
}
