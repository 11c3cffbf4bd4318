/** Key → key group → subtask, as Flink computes them. Pure arithmetic; a wrong group is silent loss of state. */

/** Key groups `first` to `last`, both inclusive; empty when `last < first`. */
export interface KeyGroupRange {
  readonly first: number;
  readonly last: number;
}
