import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";

/** Characters of a line that are shown. */
const SHOWN = 2000;

/** Characters of a line that are kept until it is masked: none of a secret that is cut short could be told. */
const KEPT = 64 * 1024;

/** A line as a terminal would leave it: without colours, and of what overwrote itself only the last. */
export function plainLine(line: string): string {
    const text = stripVTControlCharacters(line).replace(/\r+$/, "");
    return text.slice(text.lastIndexOf("\r") + 1);
}

/** As much of a line as is shown. */
export function cutLine(line: string): string {
    return line.length > SHOWN ? `${line.slice(0, SHOWN)} […]` : line;
}

/** A piece of one of the two outputs. */
export interface Frame {
    readonly output: number;
    readonly content: Buffer;
}

const HEADER = 8;

/** What the engine sends of a log: one byte for the output, three of nothing, four for the length, and the content. */
export async function* framesOf(log: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
    let rest = Buffer.alloc(0);
    for await (const chunk of log) {
        rest = Buffer.concat([rest, chunk]);
        let at = 0;
        while (rest.length >= at + HEADER) {
            const end = at + HEADER + rest.readUInt32BE(at + 4);
            if (rest.length < end) {
                break;
            }
            yield { output: rest.readUInt8(at), content: rest.subarray(at + HEADER, end) };
            at = end;
        }
        rest = rest.subarray(at);
    }
}

/** Makes lines of a log, both outputs in the order they came. */
export class Lines {
    private readonly splitters = new Map<number, Splitter>();

    *push({ output, content }: Frame): Generator<string> {
        const splitter = this.splitters.get(output) ?? new Splitter();
        this.splitters.set(output, splitter);
        yield* splitter.push(content);
    }

    /** The last line of each output, where no line feed ended it. */
    *end(): Generator<string> {
        for (const splitter of this.splitters.values()) {
            yield* splitter.end();
        }
    }
}

/** Makes lines of one output. */
class Splitter {
    private readonly decoder = new StringDecoder();
    private line = "";

    *push(content: Buffer): Generator<string> {
        const [first = "", ...others] = this.decoder.write(content).split("\n");
        this.add(first);
        for (const other of others) {
            yield this.take();
            this.add(other);
        }
    }

    *end(): Generator<string> {
        this.add(this.decoder.end());
        if (this.line !== "") {
            yield this.take();
        }
    }

    private add(text: string): void {
        this.line += text.slice(0, KEPT - this.line.length);
    }

    private take(): string {
        const { line } = this;
        this.line = "";
        return line;
    }
}
