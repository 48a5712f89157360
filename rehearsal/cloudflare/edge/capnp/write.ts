import { WORD } from "./read";

/** A struct to send: its numbers, and what its pointers lead to. */
export interface StructValue {
    /** Whole words of numbers. @default none */
    readonly data?: Buffer;
    /** @default none */
    readonly pointers?: readonly PointerValue[];
}

/** What a pointer leads to. */
export type PointerValue =
    | { readonly struct: StructValue }
    | { readonly structs: readonly StructValue[] }
    | { readonly bytes: Buffer }
    | { readonly text: string }
    /** By its place in the table that goes with the message. */
    | { readonly capability: number }
    | undefined;

const LIST = 1;
const CAPABILITY = 3;
const BYTES = 2;
const COMPOSITE = 7;

/** A message with its head, as it goes over the wire. */
export function messageOf(root: StructValue): Buffer {
    const words = WORD + sizeOf(root);
    const message = Buffer.alloc(WORD + words);
    message.writeUInt32LE(words / WORD, 4);
    const segment = message.subarray(WORD);
    new Writer(segment).root(root);
    return message;
}

/** Numbers of a struct: each with its byte and how many it takes. */
export function numbers(words: number, ...values: readonly (readonly [number, number, number])[]): Buffer {
    const data = Buffer.alloc(words * WORD);
    values.forEach(([at, bytes, value]) => data.writeUIntLE(value, at, bytes));
    return data;
}

class Writer {
    private free = WORD;

    constructor(private readonly segment: Buffer) {}

    root(value: StructValue): void {
        this.point({ struct: value }, 0);
    }

    /** Writes the pointer, and what it leads to behind all that is there. */
    private point(value: PointerValue, at: number): void {
        if (value === undefined) {
            return;
        }
        if ("capability" in value) {
            this.pair(at, CAPABILITY, value.capability);
            return;
        }
        const target = this.free;
        const words = (target - at) / WORD - 1;
        if ("struct" in value) {
            const [data, pointers] = shapeOf(value.struct);
            this.pair(at, words << 2, data | (pointers << 16));
            this.free += (data + pointers) * WORD;
            this.fill(value.struct, target);
        } else if ("structs" in value) {
            this.list(value.structs, at, words);
        } else {
            const bytes = bytesOf(value);
            this.pair(at, (words << 2) | LIST, (bytes.length << 3) | BYTES);
            bytes.copy(this.segment, target);
            this.free += padded(bytes.length);
        }
    }

    /** All of one shape, behind a word that tells it. */
    private list(items: readonly StructValue[], at: number, words: number): void {
        const [data, pointers] = shapeOf(items[0] ?? {});
        const each = data + pointers;
        this.pair(at, (words << 2) | LIST, ((each * items.length) << 3) | COMPOSITE);
        this.pair(this.free, items.length << 2, data | (pointers << 16));
        const first = this.free + WORD;
        this.free = first + each * items.length * WORD;
        items.forEach((item, index) => this.fill(item, first + index * each * WORD));
    }

    private fill({ data = Buffer.alloc(0), pointers = [] }: StructValue, at: number): void {
        data.copy(this.segment, at);
        pointers.forEach((value, index) => this.point(value, at + data.length + index * WORD));
    }

    private pair(at: number, low: number, high: number): void {
        this.segment.writeInt32LE(low | 0, at);
        this.segment.writeInt32LE(high | 0, at + 4);
    }
}

function shapeOf({ data, pointers = [] }: StructValue): [data: number, pointers: number] {
    return [(data?.length ?? 0) / WORD, pointers.length];
}

function bytesOf(value: { readonly bytes: Buffer } | { readonly text: string }): Buffer {
    return "text" in value ? Buffer.from(`${value.text}\0`) : value.bytes;
}

function sizeOf(value: StructValue): number {
    const [data, pointers] = shapeOf(value);
    const behind = (value.pointers ?? []).map((each) => {
        if (each === undefined || "capability" in each) {
            return 0;
        }
        if ("struct" in each) {
            return sizeOf(each.struct);
        }
        return "structs" in each
            ? each.structs.reduce((sum, item) => sum + sizeOf(item), WORD)
            : padded(bytesOf(each).length);
    });
    return (data + pointers) * WORD + behind.reduce((sum, size) => sum + size, 0);
}

function padded(bytes: number): number {
    return Math.ceil(bytes / WORD) * WORD;
}
