// Nexmark: `n` events, of which 46 in 50 are bids; figures are per event. `gen` is the generator with its watermarks alone.
const QUERIES = ['gen', 'q0', 'q1', 'q2', 'q3', 'q5', 'q7', 'q8', 'q11'];

export default QUERIES.map((query) => ({
  name: `nx-${query}`,
  job: 'nexmark',
  hand: 'nexmark',
  p: 1,
  args: { n: 3_000_000, query },
  limit: 1.5,
}));
