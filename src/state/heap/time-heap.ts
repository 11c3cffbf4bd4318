/** A binary heap of distinct times, the earliest first. */

/** See the file comment. @internal */
export class TimeHeap {
  #times: number[] = [];

  get size(): number {
    return this.#times.length;
  }

  /** The earliest time; `Infinity` when there is none. */
  get first(): number {
    return this.#times.length === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  push(time: number): void {
    const times = this.#times;
    let at = times.length;
    times.push(time);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = times[parent]!;
      if (above <= time) break;
      times[at] = above;
      at = parent;
    }
    times[at] = time;
  }

  /** Removes the earliest time. */
  pop(): void {
    const times = this.#times;
    const last = times.pop()!;
    const size = times.length;
    if (size === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && times[child + 1]! < times[child]!) child++;
      if (times[child]! >= last) break;
      times[at] = times[child]!;
      at = child;
    }
    times[at] = last;
  }

  /** Holds exactly these times from now on; a sorted array is a heap. */
  rebuild(times: Iterable<number>): void {
    this.#times = Float64Array.from(times)
      .sort()
      .reduce<number[]>((list, time) => {
        list.push(time);
        return list;
      }, []);
  }
}
