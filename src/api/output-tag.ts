/** Names a side output. Two tags with one id are the same output. */
export class OutputTag<T> {
  readonly id: string;
  /** Carries the type; never set. */
  declare readonly type?: T;

  constructor(id: string) {
    if (typeof id !== 'string' || id === '') throw new TypeError('An output tag needs an id.');
    this.id = id;
  }
}
