import { turns } from "../../../pace";
import { Client } from "./client";
import { LoadMessage, LoadOptions } from "./messages";
import { questionAt } from "./questions";
import { Sockets } from "./sockets";
import { Tally } from "./tally";

/** Requests between two reports of progress. */
const REPORT_EVERY = 20;

/** The load, in a process of its own: what else the bench does must not hold it up. Ends when it is told to. */
async function run(options: LoadOptions, stop: AbortSignal): Promise<void> {
    const client = new Client(options.port);
    const sockets = new Sockets(options.port, options.sockets);
    const tally = new Tally((version) => tell({ kind: "version", version, at: Date.now() }));
    const pending = new Set<Promise<void>>();
    const began = Date.now();
    for await (const number of turns(options, stop)) {
        const one: Promise<void> = client.ask(questionAt(number)).then((outcome) => {
            tally.add(outcome);
            pending.delete(one);
        });
        pending.add(one);
        tally.requests += 1;
        if (tally.requests % REPORT_EVERY === 0) {
            tell({ kind: "progress", requests: tally.requests });
        }
    }
    const seconds = (Date.now() - began) / 1000;
    await Promise.all(pending);
    const websockets = sockets.close();
    client.close();
    const { requests, lost, lostBy } = tally;
    const result: LoadMessage = {
        kind: "result",
        result: { requests, lost, lostBy, websockets, seconds },
    };
    process.send?.(result, () => process.exit(0));
}

function tell(message: LoadMessage): void {
    process.send?.(message);
}

const stop = new AbortController();
process.on("message", () => stop.abort());
// Ctrl-C reaches the whole group: the bench itself says when to stop. Without a bench there is nothing to measure.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit(1));
void run(JSON.parse(process.argv[2] ?? "") as LoadOptions, stop.signal);
