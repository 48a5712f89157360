import { WireMachine } from "../../rehearsal/fly/wire";
import { FlyPlatform, FOREVER, HEALTHY_BY_FILE } from "../support/flyPlatform";

jest.setTimeout(60_000);
let platform: FlyPlatform;

beforeAll(async () => {
    platform = await FlyPlatform.start("checks");
    await platform.calls.post("/apps/shop/ip_assignments", { type: "shared_v4" });
});

afterAll(async () => {
    await platform.fly.stop();
});

const quick = { interval: "200ms", timeout: "2s" };
const web = {
    protocol: "tcp",
    internal_port: 8080,
    autostop: "suspend",
    autostart: true,
    min_machines_running: 1,
    ports: [
        { port: 80, handlers: ["http"], force_https: true },
        { port: 443, handlers: ["tls", "http"] },
    ],
    concurrency: { type: "requests", soft_limit: 5, hard_limit: 10 },
    checks: [{ ...quick, type: "http", method: "GET", path: "/health" }],
} as const;

const SERVICE_CHECK = "servicecheck-00-http-8080";

function statuses({ checks }: WireMachine): Record<string, string> {
    return Object.fromEntries(checks.map(({ name, status }) => [name, status]));
}

describe("checks", () => {
    it("turn green and red with the machine", async () => {
        const machine = await platform.create({
            init: { cmd: HEALTHY_BY_FILE },
            services: [web],
            checks: {
                port: { ...quick, type: "tcp", port: 8080 },
                closed: { ...quick, type: "tcp", port: 8081 },
            },
        });
        expect(statuses(machine)).toEqual({ port: "warning", closed: "warning", [SERVICE_CHECK]: "warning" });
        const ill = await platform.until(machine, ({ checks }) =>
            checks.some(({ name, output }) => name === SERVICE_CHECK && output === "500: ill"),
        );
        expect(statuses(ill)[SERVICE_CHECK]).toBe("critical");
        await platform.shell(machine, "touch /tmp/well");
        const well = await platform.until(machine, (now) => statuses(now)[SERVICE_CHECK] === "passing");
        expect(statuses(well)).toEqual({ port: "passing", closed: "critical", [SERVICE_CHECK]: "passing" });
        expect(well.checks.map(({ output }) => output)).toEqual([
            "Success",
            expect.stringContaining("ECONNREFUSED") as string,
            "200: well",
        ]);
        await platform.shell(machine, "rm /tmp/well");
        await platform.until(machine, (now) => statuses(now)[SERVICE_CHECK] === "critical");
        await platform.calls.post(`${platform.path(machine)}/stop`);
        const stopped = await platform.calls.wait("shop", machine, "stopped");
        expect(stopped.checks.map(({ output }) => output)).toEqual(
            Array.from({ length: 3 }, () => "the machine hasn't started"),
        );
    });

    it("wait for the grace period, and give up after the timeout", async () => {
        const mute = 'require("node:net").createServer(() => {}).listen(8080)';
        const machine = await platform.launch({
            init: { cmd: ["node", "-e", mute] },
            checks: {
                later: { ...quick, type: "tcp", port: 8080, grace_period: "1h" },
                mute: { type: "http", port: 8080, path: "/", interval: "200ms", timeout: "100ms" },
            },
        });
        const late = await platform.until(machine, ({ checks }) =>
            checks.some(({ output }) => output === "gave no answer in time"),
        );
        expect(late.checks).toMatchObject([
            { name: "later", status: "critical", output: "the check has not run yet" },
            { name: "mute", status: "critical" },
        ]);
    });
});

describe("the edge's view", () => {
    const host = "shop.fly.dev";

    it("has the service, and who is fit for requests", async () => {
        const { world } = platform.fly;
        const config = { init: { cmd: HEALTHY_BY_FILE }, services: [web], env: { PRIMARY_REGION: "fra" } };
        const machine = await platform.launch(config);
        expect(world.service(host)).toMatchObject({
            app: "shop",
            internalPort: 8080,
            forceHttps: true,
            autostart: true,
            autostop: "suspend",
            minMachinesRunning: 1,
            softLimit: 5,
            hardLimit: 10,
            primaryRegion: "fra",
        });
        const seen = () =>
            world
                .service(host)
                ?.machines()
                .find(({ id }) => id === machine.id);
        expect(seen()).toMatchObject({ state: "started", cordoned: false, healthy: false, region: "fra" });
        await platform.shell(machine, "touch /tmp/well");
        await platform.until(machine, () => seen()?.healthy === true);
        const answer = await fetch(`http://${seen()?.address}:8080/`);
        expect(await answer.text()).toBe("well");
        await platform.calls.post(`${platform.path(machine)}/cordon`);
        expect(seen()).toMatchObject({ cordoned: true });
        await world.stop(machine.id);
        expect(seen()).toMatchObject({ state: "stopped", address: "" });
        await Promise.all([world.start(machine.id), world.start(machine.id)]);
        expect(seen()).toMatchObject({ state: "started", healthy: false });
        await expect(world.start("none")).rejects.toThrow("there is no machine none");
    });

    it("is of apps with a public address and a web service only", async () => {
        const { calls, fly } = platform;
        await calls.post("/apps", { name: "hidden", org_slug: "personal" });
        await platform.launch({ init: { cmd: FOREVER } }, {}, "hidden");
        expect(fly.world.service("hidden.fly.dev")).toBeUndefined();
        await calls.post("/apps/hidden/ip_assignments", { type: "private_v6" });
        expect(fly.world.service("hidden.fly.dev")).toBeUndefined();
        await calls.post("/apps/hidden/ip_assignments", { type: "v6" });
        expect(fly.world.service("hidden.fly.dev")).toBeUndefined();
        await platform.launch({ init: { cmd: FOREVER }, services: [web] }, {}, "hidden");
        expect(fly.world.service("hidden.fly.dev")).toMatchObject({ app: "hidden" });
        expect(fly.world.service("none.fly.dev")).toBeUndefined();
    });
});
