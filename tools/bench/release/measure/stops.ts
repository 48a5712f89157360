import Docker from "dockerode";

const SIGTERM = "15";

interface EngineEvent {
    readonly timeNano: number;
    readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

/** Notes when the engine sends SIGTERM to containers with a label: their own logs are gone with them. */
export class StopWatch {
    private readonly times: number[] = [];

    private constructor(private readonly stream: NodeJS.ReadableStream & { destroy?: () => void }) {
        let rest = "";
        stream.on("data", (chunk: Buffer) => {
            const lines = (rest + chunk.toString()).split("\n");
            rest = lines.pop() ?? "";
            lines.filter((line) => line !== "").forEach((line) => this.take(line));
        });
        // The stream is cut at the end.
        stream.on("error", () => undefined);
    }

    static async start(docker: Docker, labels: readonly string[]): Promise<StopWatch> {
        const filters = { type: ["container"], event: ["kill"], label: [...labels] };
        return new StopWatch(await docker.getEvents({ filters: JSON.stringify(filters) }));
    }

    /** The first one since a time, in milliseconds since 1970. */
    since(at: number): number | undefined {
        return this.times.find((time) => time >= at);
    }

    stop(): void {
        this.stream.destroy?.();
    }

    private take(line: string): void {
        const { timeNano, Actor } = JSON.parse(line) as EngineEvent;
        if (Actor.Attributes.signal === SIGTERM) {
            this.times.push(Math.round(timeNano / 1e6));
        }
    }
}
