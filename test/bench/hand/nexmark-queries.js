// The Nexmark queries by hand, each in one loop: no engine, no key groups, no snapshots. The floor for any engine on Node, and the
// answers that the queries in jobs/nexmark are compared with. `queries[name](emit)` is called with each event and its time; `end` at the end.
export const queries = {
  gen: (emit) => (e) => {
    emit(e);
  },
  q0: (emit) => (e) => {
    if (e.type === 2) {
      const b = e.bid;
      emit({ auction: b.auction, bidder: b.bidder, price: b.price, ts: b.ts, extra: b.extra });
    }
  },
  q1: (emit) => (e) => {
    if (e.type === 2) {
      const b = e.bid;
      emit({ auction: b.auction, bidder: b.bidder, price: b.price * 0.908, ts: b.ts, extra: b.extra });
    }
  },
  q2: (emit) => (e) => {
    if (e.type === 2 && e.bid.auction % 123 === 0) {
      emit({ auction: e.bid.auction, price: e.bid.price });
    }
  },
  q3: (emit) => {
    const people = new Map(),
      auctions = new Map();
    return (e) => {
      if (e.type === 1 && e.auction.category === 10) {
        const a = e.auction,
          l = auctions.get(a.seller);
        if (l) l.push(a.id);
        else auctions.set(a.seller, [a.id]);
        const p = people.get(a.seller);
        if (p) {
          emit([p.name, p.city, p.state, a.id]);
        }
      } else if (e.type === 0 && (e.person.state === 'OR' || e.person.state === 'ID' || e.person.state === 'CA')) {
        const p = e.person;
        people.set(p.id, p);
        for (const id of auctions.get(p.id) ?? []) {
          emit([p.name, p.city, p.state, id]);
        }
      }
    };
  },
  q5: (emit) => {
    const w = new Map();
    let wm = -Infinity,
      at = Infinity;
    const fire = () => {
      for (const [end, m] of w)
        if (end - 1 <= wm) {
          let max = 0;
          for (const c of m.values()) if (c > max) max = c;
          for (const [k, c] of m)
            if (c === max) {
              emit([k, c, end]);
            }
          w.delete(end);
        }
      at = Infinity;
      for (const end of w.keys()) at = Math.min(at, end);
    };
    const f = (e, ts) => {
      if (e.type === 2) {
        const k = e.bid.auction;
        for (let end = Math.floor(ts / 2000) * 2000 + 2000, x = 0; x < 5; x++, end += 2000) {
          let m = w.get(end);
          if (m === undefined) {
            m = new Map();
            w.set(end, m);
            if (end < at) at = end;
          }
          m.set(k, (m.get(k) ?? 0) + 1);
        }
      }
      if (ts - 4001 > wm) {
        wm = ts - 4001;
        if (at - 1 <= wm) fire();
      }
    };
    f.end = () => {
      wm = Infinity;
      fire();
    };
    return f;
  },
  q7: (emit) => {
    const w = new Map();
    let wm = -Infinity,
      at = Infinity;
    const fire = () => {
      for (const [end, m] of w)
        if (end - 1 <= wm) {
          let best = null;
          for (const b of m.values()) if (!best || b.price > best.price) best = b;
          emit(best);
          w.delete(end);
        }
      at = Infinity;
      for (const end of w.keys()) at = Math.min(at, end);
    };
    const f = (e, ts) => {
      if (e.type === 2) {
        const b = e.bid,
          end = Math.floor(ts / 10000) * 10000 + 10000;
        let m = w.get(end);
        if (m === undefined) {
          m = new Map();
          w.set(end, m);
          if (end < at) at = end;
        }
        const o = m.get(b.auction);
        if (o === undefined || b.price > o.price) m.set(b.auction, b);
      }
      if (ts - 4001 > wm) {
        wm = ts - 4001;
        if (at - 1 <= wm) fire();
      }
    };
    f.end = () => {
      wm = Infinity;
      fire();
    };
    return f;
  },
  q8: (emit) => {
    const w = new Map();
    let wm = -Infinity,
      at = Infinity;
    const fire = () => {
      for (const [end, m] of w)
        if (end - 1 <= wm) {
          for (const [id, name] of m.p)
            if (m.a.has(id)) {
              emit([id, name, end - 10000]);
            }
          w.delete(end);
        }
      at = Infinity;
      for (const end of w.keys()) at = Math.min(at, end);
    };
    const f = (e, ts) => {
      if (e.type !== 2) {
        const end = Math.floor(ts / 10000) * 10000 + 10000;
        let m = w.get(end);
        if (m === undefined) {
          m = { p: new Map(), a: new Set() };
          w.set(end, m);
          if (end < at) at = end;
        }
        if (e.type === 0) m.p.set(e.person.id, e.person.name);
        else m.a.add(e.auction.seller);
      }
      if (ts - 4001 > wm) {
        wm = ts - 4001;
        if (at - 1 <= wm) fire();
      }
    };
    f.end = () => {
      wm = Infinity;
      fire();
    };
    return f;
  },
  q11: (emit) => {
    const s = new Map();
    let wm = -Infinity,
      scan = -Infinity;
    const fire = () => {
      for (const [k, x] of s)
        if (x.end - 1 <= wm) {
          emit([k, x.n, x.start, x.end]);
          s.delete(k);
        }
    };
    const f = (e, ts) => {
      if (e.type === 2) {
        const k = e.bid.bidder;
        let x = s.get(k);
        if (x !== undefined && ts > x.end) {
          emit([k, x.n, x.start, x.end]);
          x = undefined;
        }
        if (x === undefined) s.set(k, { n: 1, start: ts, end: ts + 10000 });
        else {
          x.n++;
          x.end = ts + 10000;
        }
      }
      if (ts - 4001 > wm) {
        wm = ts - 4001;
        if (wm > scan + 1000) {
          scan = wm;
          fire();
        }
      }
    };
    f.end = () => {
      wm = Infinity;
      fire();
    };
    return f;
  },
};
