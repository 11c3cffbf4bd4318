/**
 * Records that were serialised before their turn, because the entry was about to change: kept as bytes, section by
 * section, in chunks of a pool. A section is one state in one key group.
 */

/** Size of a chunk; a record that does not fit gets one of its own. */
const CHUNK_BYTES = 256 * 1024;
/** Idle chunks that a pool keeps: 16 MiB. Fresh arrays bring major garbage collections. */
const MAX_IDLE_CHUNKS = 64;
/** Before each record: position of the previous one of the section, length, offset of the last pair. */
const RECORD_HEADER = 16;
const NONE = -1;

/** Chunks that are used again. @internal */
export class ChunkPool {
  readonly #idle: Uint8Array[] = [];

  take(): Uint8Array {
    return this.#idle.pop() ?? new Uint8Array(CHUNK_BYTES);
  }

  give(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      if (chunk.length === CHUNK_BYTES && this.#idle.length < MAX_IDLE_CHUNKS) this.#idle.push(chunk);
    }
  }
}

interface Section {
  last: number;
  count: number;
}

/** See the file comment. @internal */
export class EarlyRecords {
  readonly #pool: ChunkPool;
  readonly #chunks: Uint8Array[] = [];
  readonly #views: DataView[] = [];
  readonly #sections = new Map<number, Section>();
  #used = CHUNK_BYTES;

  constructor(pool: ChunkPool) {
    this.#pool = pool;
  }

  /** Number of records of a section. */
  count(section: number): number {
    return this.#sections.get(section)?.count ?? 0;
  }

  add(section: number, record: Uint8Array, lastPair: number): void {
    const size = RECORD_HEADER + record.length;
    if (this.#used + size > CHUNK_BYTES) this.#addChunk(size);
    const index = this.#chunks.length - 1;
    const at = this.#used;
    let head = this.#sections.get(section);
    if (head === undefined) {
      head = { last: NONE, count: 0 };
      this.#sections.set(section, head);
    }
    const view = this.#views[index]!;
    view.setFloat64(at, head.last);
    view.setInt32(at + 8, record.length);
    view.setInt32(at + 12, lastPair);
    this.#chunks[index]!.set(record, at + RECORD_HEADER);
    head.last = index * CHUNK_BYTES + at;
    head.count++;
    this.#used = at + size;
  }

  /** The records of a section, in no particular order. */
  *records(section: number): Generator<{ readonly bytes: Uint8Array; readonly lastPair: number }, void, undefined> {
    let position = this.#sections.get(section)?.last ?? NONE;
    while (position !== NONE) {
      const index = Math.floor(position / CHUNK_BYTES);
      const at = position % CHUNK_BYTES;
      const view = this.#views[index]!;
      const start = at + RECORD_HEADER;
      yield {
        bytes: this.#chunks[index]!.subarray(start, start + view.getInt32(at + 8)),
        lastPair: view.getInt32(at + 12),
      };
      position = view.getFloat64(at);
    }
  }

  /** Gives the chunks back; no record may be asked for any more. */
  release(): void {
    this.#pool.give(this.#chunks);
    this.#chunks.length = 0;
    this.#views.length = 0;
    this.#sections.clear();
    this.#used = CHUNK_BYTES;
  }

  #addChunk(size: number): void {
    const chunk = size > CHUNK_BYTES ? new Uint8Array(size) : this.#pool.take();
    this.#chunks.push(chunk);
    this.#views.push(new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#used = 0;
  }
}
