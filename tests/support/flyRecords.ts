import { SimulatedFly, SimulatedFlyArgs } from "../../rehearsal/fly";
import { WireMachine } from "../../rehearsal/fly/wire";
import { emptyEngine, KNOWN_IMAGE } from "./emptyEngine";
import { FlyCalls } from "./flyCalls";

export interface FlyRecords {
    readonly fly: SimulatedFly;
    readonly calls: FlyCalls;
}

const started: SimulatedFly[] = [];

/** A simulated Fly without an engine behind it, so that machines are records only. */
export async function startRecords(args: Partial<SimulatedFlyArgs> = {}): Promise<FlyRecords> {
    const fly = await SimulatedFly.start({ docker: emptyEngine(), name: "t", rateLimits: false, ...args });
    started.push(fly);
    return { fly, calls: new FlyCalls(fly.url) };
}

/** One with one app, `shop`. */
export async function withApp(args: Partial<SimulatedFlyArgs> = {}): Promise<FlyRecords> {
    const both = await startRecords(args);
    await both.calls.post("/apps", { app_name: "shop", org_slug: "personal" });
    return both;
}

export async function stopRecords(): Promise<void> {
    await Promise.all(started.splice(0).map((fly) => fly.stop()));
}

/** What a machine of `shop` is created with. */
export const MACHINE = { region: "fra", skip_launch: true, config: { image: KNOWN_IMAGE } };

export async function created(calls: FlyCalls, body: object = {}): Promise<WireMachine> {
    const { status, body: machine } = await calls.post<WireMachine>("/apps/shop/machines", {
        ...MACHINE,
        ...body,
    });
    if (status !== 200) {
        throw new Error(`${status} ${JSON.stringify(machine)}`);
    }
    return machine;
}
