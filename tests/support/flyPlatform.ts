import Docker from "dockerode";
import { SimulatedFly, SimulatedFlyArgs } from "../../rehearsal/fly";
import { MachineConfig, WireMachine } from "../../rehearsal/fly/wire";
import { FlyCalls } from "./flyCalls";
import { until } from "./containers";

export const NODE = "node:20-slim";

/** A simulated Fly on the real engine with one app, `shop`, for the tests of a file. */
export class FlyPlatform {
    private constructor(
        readonly fly: SimulatedFly,
        readonly calls: FlyCalls,
    ) {}

    static async start(purpose: string, args: Partial<SimulatedFlyArgs> = {}): Promise<FlyPlatform> {
        const name = `berth-test-fly-${purpose}-${process.pid}`;
        const fly = await SimulatedFly.start({ docker: new Docker(), name, rateLimits: false, ...args });
        const calls = new FlyCalls(fly.url);
        await calls.post("/apps", { app_name: "shop", org_slug: "personal" });
        return new FlyPlatform(fly, calls);
    }

    /** Creates a machine; it may not run yet. */
    async create(config: MachineConfig, input: object = {}, app = "shop"): Promise<WireMachine> {
        const body = { region: "fra", config: { image: NODE, ...config }, ...input };
        const reply = await this.calls.post<WireMachine & { error?: string }>(`/apps/${app}/machines`, body);
        if (reply.status !== 200) {
            throw new Error(`${reply.status} ${reply.body.error}`);
        }
        return reply.body;
    }

    /** Creates a machine and waits until it runs. */
    async launch(config: MachineConfig, input: object = {}, app = "shop"): Promise<WireMachine> {
        return await this.calls.wait(app, await this.create(config, input, app));
    }

    async update(machine: WireMachine, config: MachineConfig, input: object = {}): Promise<WireMachine> {
        const body = { config: { image: NODE, ...config }, ...input };
        return (await this.calls.post<WireMachine>(this.path(machine), body)).body;
    }

    async get(machine: WireMachine): Promise<WireMachine> {
        return (await this.calls.get<WireMachine>(this.path(machine))).body;
    }

    /** Waits until a machine is as it shall be. */
    async until(machine: WireMachine, condition: (now: WireMachine) => boolean): Promise<WireMachine> {
        let now = await this.get(machine);
        await until(
            async () => condition((now = await this.get(machine))),
            () => Promise.resolve(JSON.stringify({ ...now, config: undefined })),
        );
        return now;
    }

    /** What a shell command in a machine prints. */
    async shell(machine: WireMachine, script: string, stdin?: string): Promise<string> {
        const { body } = await this.exec(machine, ["sh", "-c", script], stdin);
        return body.stdout;
    }

    exec(machine: WireMachine, command: string[], stdin?: string) {
        return this.calls.post<{ exit_code: number; stdout: string; stderr: string }>(
            `${this.path(machine)}/exec`,
            { command, stdin },
        );
    }

    path({ id }: WireMachine, app = "shop"): string {
        return `/apps/${app}/machines/${id}`;
    }
}

/** A command that runs until it is told to end. */
export const FOREVER = ["sleep", "infinity"];

/** A web server on port 8080: 200 while there is a file `/tmp/well`, otherwise 500. */
export const HEALTHY_BY_FILE = [
    "node",
    "-e",
    `require("node:http").createServer((_, response) => {
        const well = require("node:fs").existsSync("/tmp/well");
        response.writeHead(well ? 200 : 500).end(well ? "well" : "ill");
    }).listen(8080)`,
];

/** What happened to a machine, oldest first: the events' types and states. */
export function history({ events }: WireMachine): string[] {
    return events.map(({ type, status }) => `${type} ${status}`).reverse();
}

/** Exit codes of a machine's runs, oldest first, with whether it was started again. */
export function exits({ events }: WireMachine) {
    return events
        .flatMap(({ request }) => request?.MonitorEvent?.exit_event ?? [])
        .map(({ exit_code, restarting, requested_stop }) => ({ exit_code, restarting, requested_stop }))
        .reverse();
}
