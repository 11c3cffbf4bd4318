/**
 * Watches many connections, each by the state machine of its protocol, and reports events that the protocol forbids.
 *
 *   flink-ts run dist/jobs/state-machine.js [--events N] [--error-rate P] [--rate EVENTS_PER_SECOND | --sleep MS]
 *
 * The events are generated: mostly proper sessions of a protocol that resembles TCP, and now and then one event that does
 * not belong. `--events 0` goes on for ever.
 */

import { parseArgs } from 'node:util';
import {
  type Collector,
  DataGeneratorSource,
  type KeyedProcessContext,
  KeyedProcessFunction,
  StreamExecutionEnvironment,
  Types,
  type ValueState,
  ValueStateDescriptor,
  WatermarkStrategy,
} from 'flink-ts';

type Signal = 'syn' | 'ack' | 'data' | 'fin' | 'reset';
type ConnectionState = 'closed' | 'opening' | 'open' | 'closing';

interface Event {
  /** Source address, as a number. */
  readonly address: number;
  readonly signal: Signal;
}

/** What each state allows, and where it leads. */
const PROTOCOL: Readonly<Record<ConnectionState, Readonly<Partial<Record<Signal, ConnectionState>>>>> = {
  closed: { syn: 'opening' },
  opening: { ack: 'open', reset: 'closed' },
  open: { data: 'open', fin: 'closing', reset: 'closed' },
  closing: { ack: 'closed', reset: 'closed' },
};
const SIGNALS: readonly Signal[] = ['syn', 'ack', 'data', 'fin', 'reset'];

const ADDRESSES = 1000;

/** A whole number below `below` that depends on nothing but `n`. */
function scramble(n: number, below: number): number {
  let bits = Math.imul(n ^ (n >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return ((bits ^ (bits >>> 16)) >>> 0) % below;
}

/** The event of an index: addresses take turns, and each goes through sessions of its own length. */
function eventOf(index: number, errorRate: number): Event {
  const turn = index % ADDRESSES;
  const address = 0x0a000000 + turn;
  const dataEvents = 1 + scramble(turn, 8);
  const step = Math.floor(index / ADDRESSES) % (dataEvents + 4);
  const isError = scramble(index + 1, 1_000_000) < errorRate * 1_000_000;
  if (isError) return { address, signal: SIGNALS[scramble(index, SIGNALS.length)] as Signal };
  if (step === 0) return { address, signal: 'syn' };
  if (step === 1 || step === dataEvents + 3) return { address, signal: 'ack' };
  return { address, signal: step === dataEvents + 2 ? 'fin' : 'data' };
}

class ProtocolCheck extends KeyedProcessFunction<number, Event, string> {
  /** Unset while nothing is known of the connection: then only the beginning of a session counts. */
  #state!: ValueState<string>;

  override open(): void {
    this.#state = this.getRuntimeContext().getState(new ValueStateDescriptor('connection', Types.STRING));
  }

  override processElement(event: Event, ctx: KeyedProcessContext<number>, out: Collector<string>): void {
    const state = this.#state.value() as ConnectionState | null | undefined;
    if (state === null || state === undefined) {
      if (event.signal === 'syn') this.#state.update('opening');
      return;
    }
    const next = PROTOCOL[state][event.signal];
    if (next !== undefined) {
      this.#state.update(next);
      return;
    }
    this.#state.clear();
    out.collect(`ALERT: ${addressText(ctx.getCurrentKey())} sent ${event.signal} in state ${state}`);
  }
}

function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

export default async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: '100000' },
      'error-rate': { type: 'string', default: '0.0005' },
      rate: { type: 'string' },
      sleep: { type: 'string' },
    },
  });
  const errorRate = Number(values['error-rate']);
  if (!(errorRate >= 0 && errorRate <= 1))
    throw new Error(`--error-rate must be from 0 to 1, not ${values['error-rate']}.`);
  const count = Number(values.events);
  const sleepMs = Number(values.sleep ?? 0);
  const rate = values.rate !== undefined ? Number(values.rate) : sleepMs > 0 ? 1000 / sleepMs : undefined;
  const source = new DataGeneratorSource((index) => eventOf(index, errorRate), {
    ...(count !== 0 && { count }),
    ...(rate !== undefined && { ratePerSecond: rate }),
  });

  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.enableCheckpointing(2000);
  env
    .fromSource(source, WatermarkStrategy.noWatermarks(), 'events')
    // One source, so that the events of an address stay in order.
    .setParallelism(1)
    .uid('events')
    .keyBy((event) => event.address)
    .process(new ProtocolCheck())
    .name('protocol check')
    .uid('protocol-check')
    .print()
    .uid('alerts');
  await env.execute('State machine');
}
