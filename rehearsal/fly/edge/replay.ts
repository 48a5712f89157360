import type { ClientRequest, IncomingMessage } from "node:http";
import type { EdgeMachine } from "../edgeWorld";
import type { Search } from "./dispatch";
import { ProxyError } from "./proxyError";

/** A request is replayed this often at most. */
export const MAX_REPLAYS = 10;
/** Larger requests cannot be replayed. */
const MAX_BYTES = 1024 * 1024;

/** What an app's `fly-replay` asks for. */
export interface Replay {
    readonly wants: Search["wants"];
    /** Tells the next machine where the request was before. */
    readonly source: string;
}

const FIELDS = ["region", "instance", "prefer_instance", "elsewhere", "state"];

/**
 * Reads a `fly-replay` header. Other apps, timeouts, fallbacks, caches and the JSON form are not simulated: a request that
 * asks for them is refused rather than sent to where the real proxy would not.
 */
export function parseReplay(
    header: string,
    { id, region: here }: Pick<EdgeMachine, "id" | "region">,
): Replay {
    const fields = Object.fromEntries(
        header.split(";").map((field) => {
            const [name = "", ...value] = field.split("=");
            return [
                name.trim(),
                value
                    .join("=")
                    .trim()
                    .replace(/^"(.*)"$/, "$1"),
            ];
        }),
    );
    const unknown = Object.keys(fields).filter((name) => !FIELDS.includes(name));
    if (unknown.length > 0) {
        throw new ProxyError(502, "PA03", `fly-replay with ${unknown.join(", ")} is not simulated`);
    }
    const { region, instance, prefer_instance: prefer, elsewhere, state } = fields;
    const source = [`instance=${id}`, `region=${here}`, `t=${Date.now() * 1000}`];
    return {
        wants: {
            force: instance,
            prefer,
            avoid: elsewhere === "true" ? id : undefined,
            regions: listOf(region),
        },
        source: [...source, ...(state === undefined ? [] : [`state=${state}`])].join(";"),
    };
}

/** Where a request itself asks to go. */
export function preferencesOf({ headers }: IncomingMessage): Search["wants"] {
    const one = (name: string) => [headers[name] ?? []].flat()[0];
    const preferred = listOf(one("fly-prefer-region"));
    return {
        force: one("fly-force-instance-id"),
        prefer: one("fly-prefer-instance-id"),
        regions: listOf(one("fly-force-region")) ?? (preferred && [...preferred, "any"]),
    };
}

function listOf(text: string | undefined): string[] | undefined {
    return text?.split(",").map((name) => name.trim());
}

/** A request's body, which can be sent once more as long as it is small. */
export class Body {
    private readonly kept: Buffer[] = [];
    private size = 0;
    private target: ClientRequest | undefined;

    constructor(private readonly request: IncomingMessage) {}

    /** Sends what has come so far, and then the rest as it comes. */
    sendTo(target: ClientRequest): void {
        if (this.target === undefined) {
            this.request.on("data", (chunk: Buffer) => this.keep(chunk));
        }
        this.target = target;
        this.kept.forEach((chunk) => target.write(chunk));
        if (this.request.readableEnded) {
            target.end();
        } else {
            this.request.pipe(target);
        }
    }

    /** Takes the body back from a machine that does not want it. */
    takeBack(): void {
        if (this.target !== undefined) {
            this.request.unpipe(this.target);
        }
        if (this.size > MAX_BYTES) {
            throw new ProxyError(502, "PA01", "a request of more than 1 MB cannot be replayed");
        }
    }

    /** Lets the rest of the body go by unread, so that the connection can bring the next request. */
    discard(): void {
        this.request.unpipe().resume();
    }

    private keep(chunk: Buffer): void {
        this.size += chunk.length;
        if (this.size > MAX_BYTES) {
            this.kept.splice(0);
        } else {
            this.kept.push(chunk);
        }
    }
}
