// Event-time windows: tumbling 10 s, sliding 60 s by 10 s, sessions with a gap of 2 s; 1e5 keys, a watermark 1 s behind.
const EVENTS = { tumble: 4_000_000, slide: 2_000_000, session: 4_000_000 };

export default Object.entries(EVENTS).map(([window, n]) => ({
  name: window,
  job: 'windows',
  hand: 'windows',
  p: 1,
  args: { n, window },
  limit: 1.6,
}));
