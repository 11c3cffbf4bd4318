/**
 * Operator ids, by which a snapshot's state is found again. With a uid: its murmur hash. Without: a hash of the operator's
 * place in the graph, which depends on the shape, the order and the chains, and so changes when the program does. Both are
 * Flink's, bit for bit; an id that differs is lost state.
 */

import { FlinkError } from '../common/errors.js';
import type { OperatorId } from '../common/ids.js';
import { chainableOutEdges } from './chaining.js';
import { murmur3x64128 } from './murmur3.js';
import type { StreamGraph, StreamNode } from './stream-graph.js';

/** The id of an operator with this uid. @internal */
export function operatorIdOfUid(uid: string): OperatorId {
  return hex(murmur3x64128(new TextEncoder().encode(uid)));
}

/**
 * The id of every operator of a graph, by node id.
 *
 * @throws FlinkError `DUPLICATE_UID` when two operators come to one id.
 * @internal
 */
export function assignOperatorIds(graph: StreamGraph): ReadonlyMap<number, OperatorId> {
  const hashes = new Map<number, Uint8Array>();
  const sources = [...graph.nodes.values()].filter(({ role }) => role === 'source').sort((a, b) => a.id - b.id);
  const queue: StreamNode[] = [...sources];
  const queued = new Set(sources);
  // Breadth first; a node whose inputs are not all hashed yet is dropped, and queued again by a later parent.
  for (const node of queue) {
    const hash = hashOf(node, graph, hashes);
    if (hash === undefined) {
      queued.delete(node);
      continue;
    }
    hashes.set(node.id, hash);
    for (const { target } of node.outEdges) {
      if (queued.has(target)) continue;
      queued.add(target);
      queue.push(target);
    }
  }
  const ids = new Map([...hashes].map(([nodeId, hash]) => [nodeId, hex(hash)]));
  checkUnique(graph, ids);
  return ids;
}

function hashOf(node: StreamNode, graph: StreamGraph, hashes: ReadonlyMap<number, Uint8Array>): Uint8Array | undefined {
  if (node.uid !== undefined) return murmur3x64128(new TextEncoder().encode(node.uid));
  const inputs: Uint8Array[] = [];
  for (const { source } of node.inEdges) {
    const input = hashes.get(source.id);
    if (input === undefined) return undefined;
    inputs.push(input);
  }
  return generatedHash(hashes.size, chainableOutEdges(node, graph).length, inputs);
}

/** `assigned`: how many ids there are already; it is fed once for the node and once for each chainable output. */
function generatedHash(assigned: number, chainableOutputs: number, inputs: readonly Uint8Array[]): Uint8Array {
  const fed = new DataView(new ArrayBuffer(4 * (1 + chainableOutputs)));
  for (let i = 0; i <= chainableOutputs; i++) fed.setInt32(4 * i, assigned, true);
  const hash = murmur3x64128(new Uint8Array(fed.buffer));
  const signed = new Int8Array(hash.buffer);
  for (const input of inputs) {
    for (let j = 0; j < hash.length; j++) hash[j] = ((signed[j] as number) * 37) ^ (input[j] as number);
  }
  return hash;
}

function checkUnique(graph: StreamGraph, ids: ReadonlyMap<number, OperatorId>): void {
  const owners = new Map<OperatorId, StreamNode>();
  for (const [nodeId, id] of ids) {
    const node = graph.nodes.get(nodeId) as StreamNode;
    const owner = owners.get(id);
    if (owner !== undefined) {
      throw new FlinkError(
        'DUPLICATE_UID',
        `Hash collision on user-specified ID "${node.uid ?? owner.uid}": operators "${owner.name}" and "${node.name}" both have it. ` +
          'Most likely cause is a non-unique ID. Please check that all IDs specified via `uid(String)` are unique.',
      );
    }
    owners.set(id, node);
  }
}

function hex(bytes: Uint8Array): OperatorId {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex') as OperatorId;
}
