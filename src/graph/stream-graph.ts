/**
 * Transformations → operators and the edges between them. Partitions, unions and side outputs are no operators: they
 * become properties of edges. A sink becomes a writer and, if it has one, a committer. Node ids are those of Flink, which
 * takes ids for virtual nodes too while it translates, so that plans carry the same numbers.
 */

import { FlinkError } from '../common/errors.js';
import { operatorIdFromHex } from '../common/ids.js';
import { GraphSettings } from './graph-settings.js';
import {
  type ChainingStrategy,
  inputsOf,
  type NodeSettings,
  type OperatorSpec,
  type PartitionerKind,
  type PhysicalTransformation,
  type Transformation,
  type TransformationOf,
} from './transformation.js';

/** A program as the graph builder needs it. @internal */
export interface GraphProgram {
  readonly jobName: string;
  /** All transformations in order of creation. */
  readonly transformations: readonly Transformation[];
  /** What the program set; beats the base configuration. */
  readonly configuration: Readonly<Record<string, string>>;
}

/** An operator. @internal */
export interface StreamNode {
  readonly id: number;
  /** The transformation that holds the functions; differs from `id` for the parts of a sink. */
  readonly transformationId: number;
  readonly role: 'source' | 'operator' | 'sink';
  /** As plans show it, with `Source: ` or `Sink: ` in front. */
  readonly name: string;
  readonly description: string;
  readonly spec: OperatorSpec | { readonly type: 'source'; readonly bounded: boolean };
  readonly keyed: readonly boolean[];
  readonly uid: string | undefined;
  readonly uidHash: string | undefined;
  readonly parallelism: number;
  /** Undefined: nobody said. */
  readonly maxParallelism: number | undefined;
  readonly slotSharingGroup: string;
  readonly chaining: ChainingStrategy;
  readonly bufferTimeout: number;
  readonly inEdges: StreamEdge[];
  readonly outEdges: StreamEdge[];
}

/** An edge between two operators. @internal */
export interface StreamEdge {
  readonly source: StreamNode;
  readonly target: StreamNode;
  /** 0 for the first input of the target, 1 for the second. */
  readonly targetInput: number;
  readonly partitioner: PartitionerKind;
  /** The partition transformation that holds the functions. */
  readonly partitionNode: number | undefined;
  readonly sideOutput: string | undefined;
}

/** The operators of a program. @internal */
export interface StreamGraph {
  readonly jobName: string;
  readonly settings: GraphSettings;
  /** By id, in order of translation. */
  readonly nodes: ReadonlyMap<number, StreamNode>;
}

/**
 * Translates a program.
 *
 * @throws FlinkError `NO_SINK` for a program without operators, `GRAPH_INVALID` for one that cannot run.
 * @internal
 */
export function buildStreamGraph(
  program: GraphProgram,
  baseConfiguration: Readonly<Record<string, string>> = {},
): StreamGraph {
  const settings = new GraphSettings(baseConfiguration, program.configuration);
  const nodes = translateAll(program.transformations, settings);
  if (nodes.size === 0) {
    throw new FlinkError('NO_SINK', 'No operators defined in streaming topology. Cannot execute.');
  }
  for (const node of nodes.values()) {
    checkUid(node, settings);
    for (const edge of node.inEdges) checkForward(edge);
  }
  return { jobName: program.jobName, settings, nodes };
}

/** The nodes of a program under no configuration and unchecked, for their ids. @internal */
export function numberNodes(transformations: readonly Transformation[]): StreamGraph {
  const settings = new GraphSettings();
  return { jobName: '', settings, nodes: translateAll(transformations, settings) };
}

/** Sources, partitions and unions that no operator reads from do not exist for Flink: it begins at operators and sinks. */
function translateAll(
  transformations: readonly Transformation[],
  settings: GraphSettings,
): ReadonlyMap<number, StreamNode> {
  const translation = new Translation(settings, transformations);
  for (const root of transformations) {
    if (root.kind === 'operator' || root.kind === 'sink') translation.translate(root);
  }
  return translation.nodes;
}

/** What lies between an operator and the reader of its stream. */
interface Route {
  readonly node: StreamNode;
  readonly partitioner?: PartitionerKind;
  readonly partitionNode?: number;
  readonly sideOutput?: string;
}

/** The fields by which the parts of a sink differ from other nodes. */
interface NodeFields {
  readonly id: number;
  readonly role: StreamNode['role'];
  readonly name: string;
  readonly description?: string | undefined;
  readonly uid?: string | undefined;
  readonly spec: StreamNode['spec'];
  readonly keyed: readonly boolean[];
  readonly inputs: readonly (readonly Route[])[];
}

/** One translation; see `buildStreamGraph`. */
class Translation {
  readonly nodes = new Map<number, StreamNode>();
  readonly #settings: GraphSettings;
  readonly #routes = new Map<number, readonly Route[]>();
  #nextId: number;

  constructor(settings: GraphSettings, transformations: readonly Transformation[]) {
    this.#settings = settings;
    this.#nextId = transformations.reduce((largest, { id }) => Math.max(largest, id), 0) + 1;
  }

  /** The ways on which the records of a transformation arrive; each transformation is translated once. */
  translate(transformation: Transformation): readonly Route[] {
    const known = this.#routes.get(transformation.id);
    if (known !== undefined) return known;
    const inputs = inputsOf(transformation).map((input) => this.translate(input));
    const routes = this.#translateNew(transformation, inputs);
    this.#routes.set(transformation.id, routes);
    return routes;
  }

  #translateNew(transformation: Transformation, inputs: readonly (readonly Route[])[]): readonly Route[] {
    const through = inputs.flat();
    switch (transformation.kind) {
      case 'source':
        return [{ node: this.#addSource(transformation) }];
      case 'operator':
        return [{ node: this.#addOperator(transformation, inputs) }];
      case 'sink':
        this.#addSink(transformation, through);
        return [];
      case 'union':
        return through;
      case 'partition':
        this.#nextId += through.length;
        return through.map((route) => ({
          ...route,
          partitioner: transformation.partitioner,
          partitionNode: transformation.id,
        }));
      case 'sideOutput':
        this.#nextId += through.length;
        return through.map((route) => ({ ...route, sideOutput: transformation.tag }));
    }
  }

  #addSource(source: TransformationOf<'source'>): StreamNode {
    return this.#addNode(source, {
      id: source.id,
      role: 'source',
      name: `Source: ${source.settings.name}`,
      uid: source.settings.uid,
      description: source.settings.description,
      spec: { type: 'source', bounded: source.bounded },
      keyed: [],
      inputs: [],
    });
  }

  #addOperator(operator: TransformationOf<'operator'>, inputs: readonly (readonly Route[])[]): StreamNode {
    const isSink = operator.spec.type === 'sinkFunction';
    return this.#addNode(operator, {
      id: operator.id,
      role: isSink ? 'sink' : 'operator',
      name: isSink ? `Sink: ${operator.settings.name}` : operator.settings.name,
      uid: operator.settings.uid,
      description: operator.settings.description,
      spec: operator.spec,
      keyed: operator.keyed,
      inputs,
    });
  }

  /**
   * The writer keeps the uid of the sink; the committer's is derived as Flink 1.13 to 2.x do it, so that state survives
   * the way from one to the other. Between the two Flink puts a partition, which takes two ids.
   */
  #addSink(sink: TransformationOf<'sink'>, input: readonly Route[]): void {
    const { name, uid, description } = sink.settings;
    const part = (suffix: string) => ({
      role: 'operator' as const,
      name: `${name}: ${suffix}`,
      description: description === undefined ? undefined : `${description}: ${suffix}`,
      keyed: [false],
    });
    const writer = this.#addNode(sink, {
      ...part('Writer'),
      id: this.#nextId++,
      uid,
      spec: { type: 'sinkWriter', hasCommitter: sink.hasCommitter },
      inputs: [input],
    });
    if (!sink.hasCommitter) return;
    this.#nextId++;
    const committerId = this.#nextId++;
    this.#nextId++;
    this.#addNode(sink, {
      ...part('Committer'),
      id: committerId,
      uid: uid === undefined ? undefined : `Sink Committer: ${uid}`,
      spec: { type: 'sinkCommitter' },
      inputs: [[{ node: writer, partitioner: 'FORWARD' }]],
    });
  }

  #addNode(transformation: PhysicalTransformation, fields: NodeFields): StreamNode {
    const { settings } = transformation;
    const { inputs, ...described } = fields;
    const maxParallelism = settings.maxParallelism ?? this.#settings.maxParallelism;
    const node: StreamNode = {
      ...described,
      transformationId: transformation.id,
      description: fields.description ?? fields.name,
      uid: fields.uid,
      uidHash: settings.uidHash === undefined ? undefined : operatorIdFromHex(settings.uidHash),
      parallelism: settings.parallelism ?? this.#settings.parallelism,
      maxParallelism,
      slotSharingGroup: slotSharingGroupOf(settings, inputs),
      chaining: settings.chaining,
      bufferTimeout: settings.bufferTimeout ?? this.#settings.bufferTimeout,
      inEdges: [],
      outEdges: [],
    };
    this.nodes.set(node.id, node);
    for (const [targetInput, routes] of inputs.entries()) {
      for (const route of routes) addEdge(route, node, targetInput);
    }
    return node;
  }
}

/** The group that was set; else the one that all inputs are in; else "default". */
function slotSharingGroupOf(settings: NodeSettings, inputs: readonly (readonly Route[])[]): string {
  if (settings.slotSharingGroup !== undefined) return settings.slotSharingGroup;
  const groups = new Set(inputs.flat().map(({ node }) => node.slotSharingGroup));
  const [group] = groups;
  return groups.size === 1 && group !== undefined ? group : 'default';
}

/** Where nobody chose a partitioner, records stay in their subtask when the parallelism allows it, else are dealt out. */
function addEdge(route: Route, target: StreamNode, targetInput: number): void {
  const { node: source } = route;
  const partitioner = route.partitioner ?? (source.parallelism === target.parallelism ? 'FORWARD' : 'REBALANCE');
  const edge: StreamEdge = {
    source,
    target,
    targetInput,
    partitioner,
    partitionNode: route.partitionNode,
    sideOutput: route.sideOutput,
  };
  source.outEdges.push(edge);
  target.inEdges.push(edge);
}

function checkForward({ source, target, partitioner }: StreamEdge): void {
  if (partitioner !== 'FORWARD' || source.parallelism === target.parallelism) return;
  throw new FlinkError(
    'GRAPH_INVALID',
    `Forward partitioning does not allow change of parallelism. Upstream operation: ${source.name}-${source.id} parallelism: ` +
      `${source.parallelism}, downstream operation: ${target.name}-${target.id} parallelism: ${target.parallelism} ` +
      'You must use another partitioning strategy, such as broadcast, rebalance, shuffle or global.',
  );
}

function checkUid(node: StreamNode, settings: GraphSettings): void {
  if (settings.generatesUids || node.uid !== undefined || node.uidHash !== undefined) return;
  throw new FlinkError(
    'GRAPH_INVALID',
    `Auto generated UIDs have been disabled but no UID or hash has been assigned to operator ${node.name}`,
  );
}
