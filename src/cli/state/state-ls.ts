/** `state ls`: which operators and states a snapshot has, and how they are written. */

import { type ListedOperator, listStates } from '../../snapshot/contents/state-listing.js';
import type { Invocation } from '../commands.js';
import { printTable } from '../table.js';
import { openContents } from './open-contents.js';

/** The action. @internal */
export async function listStatesOf({ line, output }: Invocation, [path = '']: readonly string[]): Promise<number> {
  const { snapshot, contents, operators } = await openContents(path, line.value('uid'));
  const listed = listStates(contents, snapshot.directory).filter(
    ({ operatorId }) => operators?.has(operatorId) !== false,
  );
  if (line.has('json')) {
    const { version, checkpointId } = snapshot.metadata;
    const document = { path: snapshot.directory, metadataVersion: version, checkpointId, operators: listed };
    output.out(`${JSON.stringify(document, null, 2)}\n`);
    return 0;
  }
  const head = ['OPERATOR', 'KIND', 'STATE', 'KEY', 'NAMESPACE', 'VALUE'];
  await printTable(output, { head, rows: listed.flatMap(rowsOf) });
  for (const operator of listed) {
    for (const reason of operator.unreadable)
      output.err(`"state dump" cannot show, of ${nameOf(operator)}: ${reason}.\n`);
  }
  return 0;
}

function nameOf({ uid, name, operatorId }: ListedOperator): string {
  return uid ?? (name === null ? operatorId : `${operatorId} (${name})`);
}

function rowsOf(operator: ListedOperator): string[][] {
  return operator.states.map(({ kind, state, keyType, namespaceType, valueType }) => [
    nameOf(operator),
    kind,
    state,
    keyType ?? '-',
    namespaceType ?? '-',
    valueType ?? '-',
  ]);
}
