// The Nexmark generator in plain JavaScript, after the reference implementation of this project's Nexmark notes: the same events, byte for byte.
const STATES = 'AZ,CA,ID,OR,WA,WY'.split(',');
const CITIES = 'Phoenix,Los Angeles,San Francisco,Boise,Portland,Bend,Redmond,Seattle,Kent,Cheyenne'.split(',');
const FIRST = 'Peter,Paul,Luke,John,Saul,Vicky,Kate,Julie,Sarah,Deiter,Walter'.split(',');
const LAST = 'Shultz,Abrams,Spencer,White,Bartels,Walton,Smith,Jones,Noris'.split(',');
const HOT = ['Google', 'Facebook', 'Baidu', 'Apple'];
const T = 4294967296;

export function fmix(h) {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
export function generator(per, msPerEvent) {
  let s = 0;
  const next = () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), s | 1);
    t ^= (t + Math.imul(t ^ (t >>> 7), t | 61)) | 0;
    return (t ^ (t >>> 14)) >>> 0;
  };
  const below = (n) => Math.floor((next() * n) / T),
    seed = (i) => {
      s = fmix((i + 0x9e3779b9) | 0);
    };
  const price = () => Math.round(10 ** ((next() / T) * 6) * 100);
  const word = (max, special) => {
    const len = 3 + below(max - 3);
    let w = '';
    for (let k = 0; k < len; k++) w += below(13) === 0 ? special : String.fromCharCode(97 + below(26));
    return w.trim();
  };
  const baseUrl = () => `https://www.nexmark.com/${word(5, '_')}/${word(5, '_')}/${word(5, '_')}/item.htm?query=1`;
  seed(-1);
  const bytes = Buffer.alloc(1 << 20);
  for (let k = 0; k < 1 << 20; k++) bytes[k] = 97 + below(26);
  const pool = bytes.toString('latin1'),
    hotUrl = [baseUrl(), baseUrl(), baseUrl(), baseUrl()],
    channel = [],
    url = [];
  const reverse = (x) => {
    let r = 0;
    for (let k = 0; k < 32; k++) {
      r = (r << 1) | (x & 1);
      x >>>= 1;
    }
    return r;
  };
  for (let k = 0; k < 10000; k++) {
    channel.push(`channel-${k}`);
    url.push(baseUrl() + (below(10) > 0 ? `&channel_id=${Math.abs(reverse(k)) | 0}` : ''));
  }
  const extra = (size, avg) => {
    if (size > avg) return '';
    avg -= size;
    const d = Math.round(avg * 0.2),
      len = avg - d + (d === 0 ? 0 : below(2 * d)),
      at = below((1 << 20) - len);
    return pool.substring(at, at + len);
  };
  const lastPerson = (i) => Math.floor(i / 50);
  const lastAuction = (i) => {
    let e = Math.floor(i / 50),
      o = i % 50;
    if (o < 1) {
      e--;
      o = 2;
    } else if (o >= 4) o = 2;
    else o -= 1;
    return e * 3 + o;
  };
  const anyPerson = (i) => {
    const n = lastPerson(i) + 1,
      act = Math.min(n, 1000);
    return n - act + below(act + 10);
  };
  const expiry = Math.max(2 * Math.floor(1666 * msPerEvent), 1);
  return (seq) => {
    const i = seq + 1,
      ts = 1700000000000 + Math.floor((seq % per) * msPerEvent),
      rem = i % 50;
    seed(i);
    if (rem < 1) {
      const id = lastPerson(i) + 1000,
        name = `${FIRST[below(11)]} ${LAST[below(9)]}`,
        email = `${word(7, ' ')}@${word(5, ' ')}.com`;
      let cc = '';
      for (let k = 0; k < 4; k++) cc += (k > 0 ? ' ' : '') + String(below(10000)).padStart(4, '0');
      const city = CITIES[below(10)],
        state = STATES[below(6)];
      return {
        type: 0,
        person: {
          id,
          name,
          email,
          creditCard: cc,
          city,
          state,
          ts,
          extra: extra(8 + name.length + email.length + cc.length + city.length + state.length, 200),
        },
        auction: null,
        bid: null,
      };
    }
    if (rem < 4) {
      const id = lastAuction(i) + 1000,
        seller = (below(4) > 0 ? Math.floor(lastPerson(i) / 100) * 100 : anyPerson(i)) + 1000,
        category = 10 + below(5),
        initialBid = price(),
        expires = ts + 1 + below(expiry);
      const itemName = word(20, ' '),
        description = word(100, ' '),
        reserve = initialBid + price();
      return {
        type: 1,
        person: null,
        auction: {
          id,
          itemName,
          description,
          initialBid,
          reserve,
          ts,
          expires,
          seller,
          category,
          extra: extra(48 + itemName.length + description.length, 500),
        },
        bid: null,
      };
    }
    const last = lastAuction(i);
    let auction;
    if (below(2) > 0) auction = Math.floor(last / 100) * 100 + 1000;
    else {
      const min = Math.max(last - 100, 0);
      auction = min + below(last - min + 11) + 1000;
    }
    const bidder = (below(4) > 0 ? Math.floor(lastPerson(i) / 100) * 100 + 1 : anyPerson(i)) + 2000,
      p = price();
    let c, u;
    if (below(2) > 0) {
      const k = below(4);
      c = HOT[k];
      u = hotUrl[k];
    } else {
      const k = below(10000);
      c = channel[k];
      u = url[k];
    }
    return {
      type: 2,
      person: null,
      auction: null,
      bid: { auction, bidder, price: p, channel: c, url: u, ts, extra: extra(32, 100) },
    };
  };
}
