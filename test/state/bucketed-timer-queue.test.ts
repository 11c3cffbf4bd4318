import { describe, expect, it } from 'vitest';
import { TimeWindow } from '../../src/common/windows.js';
import { HeapKeyedStateBackend } from '../../src/state/heap-keyed-state-backend.js';
import { KeyTypeCell } from '../../src/state/key-type-cell.js';
import { TIME_WINDOW } from '../../src/state/namespaces.js';
import { restoreKeyed } from '../../src/state/restore-keyed.js';
import { takeSnapshot } from '../support/keyed-snapshots.js';

const NAME = '_timer_state/event_window-timers';

function newBackend() {
  const keyType = new KeyTypeCell({ maxParallelism: 4 });
  return new HeapKeyedStateBackend<string>({
    keyType,
    keyGroupRange: { first: 0, last: 3 },
    maxParallelism: 4,
    ttlNow: () => 0,
  });
}

function newQueue(backend = newBackend()) {
  const queue = backend.getTimerQueue(NAME, TIME_WINDOW);
  const at = (key: string) => backend.setCurrentKey(key, -1);
  const poll = (time: number) =>
    queue.poll(time) ? `${queue.polledTimestamp} ${queue.polledKey} ${queue.polledNamespace.end}` : undefined;
  return { backend, queue, at, poll };
}

const upTo = (end: number) => new TimeWindow(0, end);

describe('postponed timers', () => {
  it('fire at their new time, once, among the others', () => {
    const { queue, at, poll } = newQueue();
    at('a');
    const timer = queue.registerNew(9, upTo(10));
    at('b');
    queue.registerNew(19, upTo(20));
    at('a');
    queue.postpone(queue.postpone(timer, 14, upTo(15)), 29, upTo(30));

    expect(queue.size).toBe(2);
    expect(poll(18)).toBeUndefined();
    expect([poll(40), poll(40), poll(40)]).toEqual(['19 b 20', '29 a 30', undefined]);
    expect(queue.size).toBe(0);
  });

  it('are removed by their owner before and after their first time has come', () => {
    const { queue, at, poll } = newQueue();
    at('a');
    const first = queue.postpone(queue.registerNew(9, upTo(10)), 29, upTo(30));
    at('b');
    const second = queue.postpone(queue.registerNew(9, upTo(10)), 39, upTo(40));
    queue.remove(second);

    expect(poll(20)).toBeUndefined();
    queue.remove(first);
    expect([queue.size, queue.nextTimestamp(), poll(50)]).toEqual([0, Number.POSITIVE_INFINITY, undefined]);
  });

  it('are stored with their new time, and found again once restored', () => {
    const source = newQueue();
    for (const key of ['a', 'b']) {
      source.at(key);
      source.queue.postpone(source.queue.registerNew(9, upTo(10)), 29, upTo(30));
    }
    const target = newQueue();
    restoreKeyed(target.backend, [takeSnapshot(source.backend, 'native')!.file]);
    target.at('a');
    target.queue.postpone(target.queue.registerNew(29, upTo(30)), 31, upTo(32));

    expect(target.queue.size).toBe(2);
    expect([target.poll(50), target.poll(50)]).toEqual(['29 b 30', '31 a 32']);
  });
});
