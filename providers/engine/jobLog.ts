import { Readable } from "node:stream";
import { isConflict, isNotFound } from "./connect";
import { declaredBy, IrreversibleChange } from "./irreversible";
import { cutLine, Frame, framesOf, Lines, plainLine } from "./jobOutput";
import { EngineContext } from "./services";

/** Lines that a failure tells. */
const LAST_LINES = 50;

/** What a run writes, as it is shown: of its last lines, and what it declares, a note is kept. */
export class JobLog {
    readonly last: string[] = [];
    readonly declared: IrreversibleChange[] = [];
    private readonly lines = new Lines();
    private bytes = 0;

    constructor(
        private readonly container: string,
        private readonly image: string,
        private readonly context: EngineContext,
        private readonly options: { readonly quiet?: boolean } = {},
    ) {}

    /** Reads it from its start, until the engine sends no more. */
    async follow(over: AbortSignal): Promise<void> {
        const options = { stdout: true, stderr: true, follow: true, abortSignal: over } as const;
        const log = await this.context.docker.getContainer(this.container).logs(options);
        for await (const frame of framesOf(log as NodeJS.ReadableStream & AsyncIterable<Buffer>)) {
            this.take(frame);
        }
    }

    /**
     * Reads what is missing once the container has ended: an engine may leave out the end of a log that it is followed on,
     * a last line without a line feed always. A log so long that its start is gone has no end that could be told apart.
     */
    async finish(): Promise<void> {
        let known = this.bytes;
        for await (const { output, content } of framesOf(Readable.from([await this.whole()]))) {
            const rest = content.subarray(known);
            known -= content.length - rest.length;
            if (rest.length > 0) {
                this.take({ output, content: rest });
            }
        }
        this.tell(this.lines.end());
    }

    private async whole(): Promise<Buffer> {
        try {
            const options = { stdout: true, stderr: true, follow: false } as const;
            return await this.context.docker.getContainer(this.container).logs(options);
        } catch (error) {
            // Somebody removes the container, or has.
            if (isNotFound(error) || isConflict(error)) {
                return Buffer.alloc(0);
            }
            throw error;
        }
    }

    private take(frame: Frame): void {
        this.bytes += frame.content.length;
        this.tell(this.lines.push(frame));
    }

    private tell(lines: Iterable<string>): void {
        const { log, mask } = this.context;
        for (const line of lines) {
            // Masked before it is cut, so that no secret is cut short.
            const shown = cutLine(mask(plainLine(line)));
            if (this.options.quiet !== true) {
                log(shown);
            }
            this.declared.push(...declaredBy(this.image, shown));
            this.last.push(shown);
            this.last.splice(0, this.last.length - LAST_LINES);
        }
    }
}
