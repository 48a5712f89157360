import Docker from "dockerode";
import { ROUTER_IMAGE } from "../../../components/images";
import { Environment } from "../../setup";
import { renderTable } from "../../table";
import { spreadOf } from "../rounds";
import { withScratch } from "../scratch";
import { buildImages } from "./app/image";
import { BENCH_LABEL, filterOf } from "./arm";
import { RunningStack, startBerth } from "./arms/berth";
import { between, clean, cleanImages, inTurn } from "./clean";
import { ensureImage } from "./engine";
import { Load } from "./load";
import { freePort } from "./ports";
import { untilServing } from "./run";

/** A change of the router itself, under load. */
export interface RouterChange {
    /** From the start of `pulumi up` to its end, in milliseconds. */
    readonly ms: number;
    readonly requests: number;
    readonly lost: number;
    readonly lostBy: Readonly<Record<string, number>>;
}

const CHANGES = 5;
const PER_SECOND = 180;
/** Requests before a change and after it. */
const PAUSE_REQUESTS = 360;
const MOST_SECONDS = 60;

const PREFIX = "berth-bench-router";
const IMAGES = { [BENCH_LABEL]: "router" };

/** Changes a fixed setting of the router again and again, under the load of the releases. */
export async function benchRouter(
    environment: Environment,
    say: (line: string) => void,
): Promise<RouterChange[]> {
    const docker = new Docker();
    const cleanAll = () =>
        inTurn([
            () => clean(docker, { "berth.stack": PREFIX }),
            () => cleanImages(docker, { label: filterOf(IMAGES) }),
        ]);
    return withScratch((folder, signal) =>
        between(cleanAll, say, async () => {
            await ensureImage(docker, ROUTER_IMAGE);
            await buildImages(docker, folder, 0, IMAGES);
            const port = await freePort();
            const berth = await startBerth({ folder, environment, prefix: PREFIX, port });
            try {
                await untilServing({ port, signal });
                return await changeInTurn(berth, port, say);
            } finally {
                await berth.stop();
            }
        }),
    );
}

async function changeInTurn(
    berth: RunningStack,
    port: number,
    say: (line: string) => void,
): Promise<RouterChange[]> {
    const changes: RouterChange[] = [];
    for (let change = 1; change <= CHANGES; change += 1) {
        await berth.set("logLevel", change % 2 === 1 ? "ERROR" : "INFO");
        const load = new Load({ port, perSecond: PER_SECOND, sockets: 0, mostSeconds: MOST_SECONDS });
        try {
            await load.more(PAUSE_REQUESTS);
            const began = Date.now();
            await berth.up();
            const ms = Date.now() - began;
            await load.more(PAUSE_REQUESTS);
            const { requests, lost, lostBy } = await load.stop();
            changes.push({ ms, requests, lost, lostBy });
            say(`    change ${change} of ${CHANGES}: ${lost} lost`);
        } finally {
            load.kill();
        }
    }
    return changes;
}

/** For how long nothing answered: requests came evenly, and each in that time was lost. */
function gapOf({ lost }: RouterChange): number {
    return (lost / PER_SECOND) * 1000;
}

/** The content of the JSON file. */
export function routerFigures(changes: readonly RouterChange[]): object {
    return {
        requests: changes.reduce((sum, { requests }) => sum + requests, 0),
        lost: changes.map(({ lost }) => lost),
        lostBy: changes.map(({ lostBy }) => lostBy),
        gapMs: changes.map((change) => Math.round(gapOf(change))),
        upMs: changes.map(({ ms }) => Math.round(ms)),
    };
}

/** The table that the bench ends with. */
export function routerTable(changes: readonly RouterChange[]): string {
    const gap = spreadOf(changes.map(gapOf));
    const lost = spreadOf(changes.map((each) => each.lost));
    return [
        renderTable(
            ["changes", "requests/s", "lost, each", "gap", "shortest–longest"],
            [
                [
                    String(changes.length),
                    String(PER_SECOND),
                    String(lost.median),
                    `${Math.round(gap.median)} ms`,
                    `${Math.round(gap.min)}–${Math.round(gap.max)} ms`,
                ],
            ],
        ),
        "",
        "gap: lost requests, divided by those that came in a second. It holds the stop of one router and the start of the next.",
    ].join("\n");
}
