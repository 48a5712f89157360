import { milliseconds } from "./duration";
import { ContainerSpec, Exit, Runtime } from "./runtime";
import { Machine } from "./state";

/** How a machine is stopped. */
export interface StopOptions {
    /** @default the config's, otherwise SIGINT */
    readonly signal?: string;
    /** How long it may take until it is killed. @default the config's, otherwise 5 s */
    readonly timeoutMs?: number;
}

const STOP_SIGNAL = "SIGINT";
const STOP_TIMEOUT_MS = 5000;

/** What was asked for, otherwise what the config says, otherwise what the documentation says. */
export function stopOptions(
    { config }: Machine,
    { signal, timeoutMs }: StopOptions = {},
): Required<StopOptions> {
    const { stop_config: stop = {} } = config;
    const configured = stop.timeout === undefined ? undefined : milliseconds(stop.timeout);
    return {
        signal: signal ?? stop.signal ?? STOP_SIGNAL,
        timeoutMs: timeoutMs ?? configured ?? STOP_TIMEOUT_MS,
    };
}

/** One run of a machine's container, from its start to its end. */
export class Boot {
    /** Somebody deals with its end already. */
    handled = false;
    private tell: (exit: Exit) => void = () => undefined;
    readonly exit = new Promise<Exit>((resolve) => (this.tell = resolve));

    constructor(
        private readonly runtime: Runtime,
        private readonly spec: ContainerSpec,
    ) {}

    async start(): Promise<void> {
        await this.runtime.start(this.spec, this.tell);
    }

    /** Ends the main process: with the signal, and when that takes too long, with SIGKILL. */
    async end({ signal, timeoutMs }: Required<StopOptions>): Promise<Exit> {
        this.handled = true;
        await this.send(signal);
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
        await Promise.race([this.exit, late.then(() => this.send("SIGKILL"))]);
        clearTimeout(timer);
        return await this.exit;
    }

    /** A process that has ended in the meantime is what was wanted; one that is paused has to be woken to see it. */
    private async send(signal: string): Promise<void> {
        const { machine } = this.spec;
        await this.runtime.signal(machine, signal).catch(() => undefined);
        await this.runtime.unpause(machine).catch(() => undefined);
    }
}
