/**
 * Compiles the hand-over of records inside a pipeline. For each operator it generates one function that passes a record to
 * everything behind it: map and filter steps become statements of that function, other operators one direct call each, and
 * edges to other workers one `emit` each. Each function has inline caches of its own, which is what makes a chain cost
 * nanoseconds: shared glue is ten times slower (docs/design/001-runtime.md).
 *
 * The generated text holds numbers and fixed words only, nothing of the user's.
 */

import { attributeError } from './error-attribution.js';
import type { TaskOperator } from './task-operator.js';

/** Compiles the outputs of all operators of a pipeline; called once, after every operator was opened. @internal */
export function compileOutputs(operators: readonly TaskOperator[]): void {
  for (const operator of operators) {
    operator.output.collect = compileCollect(operator, undefined);
    for (const tag of sideOutputsOf(operator)) operator.output.setSide(tag, compileCollect(operator, tag));
  }
}

type Collect = (value: unknown, timestamp: number) => void;

/** Statements under construction, and the objects that they refer to by position. */
interface Program {
  readonly dependencies: unknown[];
  readonly lines: string[];
  values: number;
}

function compileCollect(operator: TaskOperator, sideOutput: string | undefined): Collect {
  const program: Program = { dependencies: [], lines: [], values: 1 };
  appendTargets(program, operator, sideOutput, 'v0');
  const names = program.dependencies.map((_, index) => `const d${index} = d[${index}];`).join('\n');
  const body = `${names}
return function collect(v0, t) {
  let at = -1;
  try {
    ${program.lines.join('\n    ')}
  } catch (e) { throw failed(e, at); }
};`;
  const failed = (error: unknown, at: number): unknown => (at < 0 ? error : attributeError(error, at));
  return new Function('d', 'failed', body)(program.dependencies, failed) as Collect;
}

function appendTargets(program: Program, from: TaskOperator, sideOutput: string | undefined, value: string): void {
  for (const link of from.direct) {
    if (link.sideOutput === sideOutput) appendOperator(program, from, link.target, value);
  }
  for (const link of from.writers) {
    if (link.sideOutput === sideOutput) program.lines.push(`${dependency(program, link.writer)}.emit(${value}, t);`);
  }
}

function appendOperator(program: Program, from: TaskOperator, target: TaskOperator, value: string): void {
  const { lines } = program;
  if (target.task !== from.task) lines.push(`${dependency(program, target.task.counters)}.recordsIn++;`);
  lines.push(`at = ${target.index};`);
  const stage = target.operator.inlineStage?.();
  if (stage === undefined) {
    lines.push(`${dependency(program, target.operator)}.processElement(${value}, t, -1);`);
  } else if (stage.kind === 'map') {
    const result = `v${program.values++}`;
    lines.push(`const ${result} = ${dependency(program, stage.apply)}(${value});`);
    appendTargets(program, target, undefined, result);
  } else {
    lines.push(`if (${dependency(program, stage.apply)}(${value})) {`);
    appendTargets(program, target, undefined, value);
    lines.push('}');
  }
}

function dependency(program: Program, object: unknown): string {
  return `d${program.dependencies.push(object) - 1}`;
}

function sideOutputsOf(operator: TaskOperator): Set<string> {
  const tags = [...operator.direct, ...operator.writers].map((link) => link.sideOutput);
  return new Set(tags.filter((tag) => tag !== undefined));
}
