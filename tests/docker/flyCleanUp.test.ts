import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import Docker from "dockerode";
import { SimulatedFly } from "../../rehearsal/fly";
import { WireMachine } from "../../rehearsal/fly/wire";
import { FOREVER, NODE } from "../support/flyPlatform";
import { FlyCalls } from "../support/flyCalls";

jest.setTimeout(60_000);
const docker = new Docker();
const name = `berth-test-fly-clean-up-${process.pid}`;
const root = resolve(__dirname, "../..");
const started: SimulatedFly[] = [];

/** All that the engine has of this test's simulations. */
async function left(): Promise<number[]> {
    const isOurs = (each: string) => each.includes(name);
    const containers = await docker.listContainers({ all: true });
    const { Volumes } = await docker.listVolumes();
    const networks = await docker.listNetworks();
    return [
        containers.filter(({ Names }) => Names.some(isOurs)).length,
        Volumes.filter((volume) => isOurs(volume.Name)).length,
        networks.filter((network) => isOurs(network.Name)).length,
    ];
}

/** Makes an app, a volume, and a machine that may not run yet. */
async function fill(url: string): Promise<{ calls: FlyCalls; machine: WireMachine }> {
    const calls = new FlyCalls(url);
    await calls.post("/apps", { name: "shop", org_slug: "personal" });
    const { body } = await calls.post<{ id: string }>("/apps/shop/volumes", { name: "data", region: "fra" });
    const config = { image: NODE, init: { cmd: FOREVER }, mounts: [{ volume: body.id, path: "/data" }] };
    const machine = await calls.post<WireMachine>("/apps/shop/machines", { region: "fra", config });
    expect(machine.status).toBe(200);
    return { calls, machine: machine.body };
}

async function start(name: string): Promise<SimulatedFly> {
    const fly = await SimulatedFly.start({ docker, name });
    started.push(fly);
    return fly;
}

async function stopAll(): Promise<void> {
    await Promise.all(started.splice(0).map((fly) => fly.stop()));
}

afterEach(stopAll);

it("removes what it made, even what was just being made", async () => {
    const fly = await start(name);
    await fill(fly.url);
    await stopAll();
    expect(await left()).toEqual([0, 0, 0]);
});

it("removes what a killed one of its name has left, and leaves others alone", async () => {
    const other = await fill((await start(`${name}-other`)).url);
    await other.calls.wait("shop", other.machine);
    const program = `const { SimulatedFly } = require("./rehearsal/fly");
        SimulatedFly.start({ docker: new (require("dockerode"))(), name: ${JSON.stringify(name)} })
            .then((fly) => console.log(fly.url));`;
    const child = spawn(process.execPath, ["--require", "./tools/register.cjs", "-e", program], {
        cwd: root,
        stdio: ["ignore", "pipe", "inherit"],
    });
    const [url] = (await once(child.stdout, "data")) as [Buffer];
    const { calls, machine } = await fill(url.toString().trim());
    await calls.wait("shop", machine);
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    expect(await left()).toEqual([2, 2, 2]);
    await start(name);
    expect(await left()).toEqual([1, 1, 1]);
    await stopAll();
    expect(await left()).toEqual([0, 0, 0]);
});
