/** Cap'n Proto counts in words. */
export const WORD = 8;

const KIND = { struct: 0, list: 1 };
/** Sizes of a list's elements, as its pointer tells them. */
const BYTES = 2;

/** A struct in a message that has come: numbers lie at fixed bytes, all else behind numbered pointers. */
export class StructReader {
    constructor(
        private readonly segment: Buffer,
        /** Byte at which its numbers begin. */
        private readonly start: number,
        private readonly dataWords: number,
        private readonly pointers: number,
    ) {}

    /** What an older sender did not have yet is zero. */
    uint16(at: number): number {
        return this.has(at, 2) ? this.segment.readUInt16LE(this.start + at) : 0;
    }

    uint32(at: number): number {
        return this.has(at, 4) ? this.segment.readUInt32LE(this.start + at) : 0;
    }

    uint64(at: number): bigint {
        return this.has(at, 8) ? this.segment.readBigUInt64LE(this.start + at) : 0n;
    }

    /** The struct behind a pointer; an empty one behind none. */
    struct(index: number): StructReader {
        const at = this.pointerAt(index);
        return at === undefined ? EMPTY : structAt(this.segment, at);
    }

    /** The bytes behind a pointer; none behind none. */
    data(index: number): Buffer {
        const at = this.pointerAt(index);
        if (at === undefined || isNull(this.segment, at)) {
            return Buffer.alloc(0);
        }
        const [low, high] = pointer(this.segment, at);
        if ((low & 3) !== KIND.list || (high & 7) !== BYTES) {
            throw new Error("a message has something else where bytes belong");
        }
        const from = at + WORD + (low >> 2) * WORD;
        return within(this.segment, from, high >>> 3);
    }

    /** A text ends with a zero byte. */
    text(index: number): string {
        return this.data(index).subarray(0, -1).toString();
    }

    private has(at: number, bytes: number): boolean {
        return at + bytes <= this.dataWords * WORD;
    }

    private pointerAt(index: number): number | undefined {
        return index < this.pointers ? this.start + (this.dataWords + index) * WORD : undefined;
    }
}

const EMPTY = new StructReader(Buffer.alloc(0), 0, 0, 0);

/** The struct that a message consists of; throws for what is no message. */
export function rootOf(segment: Buffer): StructReader {
    return structAt(segment, 0);
}

/** Longest message that is waited for; a connector's have some hundred bytes. */
const MOST_BYTES = 1 << 20;
const HEAD = 8;

/** The first message in what has come, and where it ends; undefined while there is not enough of it. */
export function firstMessage(received: Buffer): { root: StructReader; end: number } | undefined {
    if (received.length < HEAD) {
        return undefined;
    }
    const bytes = received.readUInt32LE(4) * WORD;
    // The format knows messages in several parts; the connector's library sends each in one.
    if (received.readUInt32LE(0) !== 0 || bytes > MOST_BYTES) {
        throw new Error("a message has several parts, or is too long");
    }
    const end = HEAD + bytes;
    return received.length < end ? undefined : { root: rootOf(received.subarray(HEAD, end)), end };
}

function structAt(segment: Buffer, at: number): StructReader {
    if (isNull(segment, at)) {
        return EMPTY;
    }
    const [low, high] = pointer(segment, at);
    if ((low & 3) !== KIND.struct) {
        throw new Error("a message has something else where a struct belongs");
    }
    const start = at + WORD + (low >> 2) * WORD;
    const [dataWords, pointers] = [high & 0xffff, high >>> 16];
    within(segment, start, (dataWords + pointers) * WORD);
    return new StructReader(segment, start, dataWords, pointers);
}

/** Low half: kind, and how many words behind the pointer its target begins. High half: how much there is. */
function pointer(segment: Buffer, at: number): [number, number] {
    return [segment.readInt32LE(at), segment.readUInt32LE(at + 4)];
}

function isNull(segment: Buffer, at: number): boolean {
    return segment.readBigUInt64LE(at) === 0n;
}

function within(segment: Buffer, from: number, bytes: number): Buffer {
    if (from < 0 || from + bytes > segment.length) {
        throw new Error("a message points beyond its end");
    }
    return segment.subarray(from, from + bytes);
}
