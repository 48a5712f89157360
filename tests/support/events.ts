import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { until } from "./containers";

/** Something that happened to a container. */
export interface Event {
    readonly action: string;
    /** Name of the container. */
    readonly name: string;
}

const ACTIONS = ["create", "start", "die", "kill", "destroy"];

/**
 * What happens to containers from now on. Followed, not asked for afterwards: the engine remembers the last 256 events, and
 * each health check makes three of them.
 */
export class Events {
    private readonly seen: Event[] = [];
    private text = "";

    private constructor(private readonly stream: Readable) {
        stream.on("data", (chunk: Buffer) => {
            const lines = (this.text + chunk.toString()).split("\n");
            this.text = lines.pop() ?? "";
            this.seen.push(...lines.map(parse));
        });
        stream.on("error", () => undefined);
    }

    static async follow(docker: Docker, labels: readonly string[]): Promise<Events> {
        const filters = { type: ["container" as const], label: [...labels], event: ACTIONS };
        const stream: unknown = await docker.getEvents({ filters });
        return new Events(stream as Readable);
    }

    /** Ends it once all has been seen, and gives what there was. */
    async stop(complete: (seen: readonly Event[]) => boolean): Promise<readonly Event[]> {
        await until(
            () => Promise.resolve(complete(this.seen)),
            () => Promise.resolve(JSON.stringify(this.seen)),
        );
        this.stream.destroy();
        return this.seen;
    }
}

function parse(line: string): Event {
    const { Action, Actor } = JSON.parse(line) as { Action: string; Actor: { Attributes: { name: string } } };
    return { action: Action, name: Actor.Attributes.name };
}
