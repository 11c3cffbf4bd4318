/**
 * Taxi rides joined with their fares: whichever of the two comes first waits in state for the other.
 *
 *   flink-ts run dist/jobs/rides-and-fares.js [RIDES]
 *
 * Rides and fares are generated; a fare comes within some minutes of its ride, before or after it.
 */

import {
  type Collector,
  DataGeneratorSource,
  KeyedCoProcessFunction,
  type KeyedProcessContext,
  StreamExecutionEnvironment,
  Types,
  type ValueState,
  ValueStateDescriptor,
  WatermarkStrategy,
} from 'flink-ts';

/** A whole number below `below` that depends on nothing but `n`. */
function scramble(n: number, below: number): number {
  let bits = Math.imul(n ^ (n >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return ((bits ^ (bits >>> 16)) >>> 0) % below;
}

interface Ride {
  readonly ride: number;
  readonly driver: number;
  readonly metres: number;
}
interface Fare {
  readonly ride: number;
  readonly cents: number;
  readonly tipCents: number;
}

function rideOf(index: number): Ride {
  return { ride: index, driver: 2000 + scramble(index, 90), metres: 400 + scramble(index + 1, 15_000) };
}

/** Fares are shuffled within blocks of ten. */
function fareOf(index: number): Fare {
  const ride = Math.floor(index / 10) * 10 + ((index * 7 + 3) % 10);
  const { metres } = rideOf(ride);
  const cents = 250 + Math.round(metres * 0.16);
  return { ride, cents, tipCents: scramble(ride, 3) === 0 ? 0 : Math.round(cents * 0.15) };
}

/** Pairs a ride with its fare. */
class Pairing extends KeyedCoProcessFunction<number, Ride, Fare, string> {
  #ride!: ValueState<Ride>;
  #fare!: ValueState<Fare>;

  override open(): void {
    this.#ride = this.getRuntimeContext().getState(new ValueStateDescriptor('ride', Types.ANY<Ride>()));
    this.#fare = this.getRuntimeContext().getState(new ValueStateDescriptor('fare', Types.ANY<Fare>()));
  }

  override processElement1(ride: Ride, _ctx: KeyedProcessContext<number>, out: Collector<string>): void {
    const fare = this.#fare.value();
    if (fare === null) return this.#ride.update(ride);
    this.#fare.clear();
    out.collect(receipt(ride, fare));
  }

  override processElement2(fare: Fare, _ctx: KeyedProcessContext<number>, out: Collector<string>): void {
    const ride = this.#ride.value();
    if (ride === null) return this.#fare.update(fare);
    this.#ride.clear();
    out.collect(receipt(ride, fare));
  }
}

function receipt({ ride, driver, metres }: Ride, { cents, tipCents }: Fare): string {
  return `ride ${ride}, driver ${driver}: ${(metres / 1000).toFixed(1)} km, ${(cents / 100).toFixed(2)} + ${(tipCents / 100).toFixed(2)}`;
}

export default async function main(args: readonly string[]): Promise<void> {
  const count = Math.ceil(Number(args[0] ?? 2_000) / 10) * 10;
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const rides = env
    .fromSource(new DataGeneratorSource(rideOf, { count }), WatermarkStrategy.noWatermarks(), 'rides')
    .uid('rides')
    .keyBy((ride) => ride.ride);
  const fares = env
    .fromSource(new DataGeneratorSource(fareOf, { count }), WatermarkStrategy.noWatermarks(), 'fares')
    .uid('fares')
    .keyBy((fare) => fare.ride);
  rides.connect(fares).process(new Pairing()).uid('pairing').print().uid('print');
  await env.execute('Rides and fares');
}
