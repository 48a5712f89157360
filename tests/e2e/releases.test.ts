import Docker from "dockerode";
import { WebSocket } from "ws";
import { RouterArgs } from "../../components/docker/routerArgs";
import { AppArgs } from "../../components/platform";
import { logs } from "../support/containers";
import { Event, Events } from "../support/events";
import { isSlow, Load } from "../support/load";
import { PlacedStack } from "../support/project";
import { Said, succeeds } from "../support/stack";
import { Answer, eventually, Through } from "../support/through";
import { VERSIONED } from "../support/versioned";

const PORT = 18020;
/** One host for everybody, and one behind the tunnel. */
const HOSTS = { web: "shop.test", tunnel: "tunnel.test" };
const SUBNET = "172.31.254.0/28";

const ROUTER = {
    listen: { address: "127.0.0.1", httpPort: PORT },
    tunnel: { hosts: [HOSTS.tunnel], subnet: SUBNET },
    logLevel: "INFO" as const,
} satisfies RouterArgs;

const WEB = {
    image: "node:20-slim",
    command: ["node", "-e", VERSIONED],
    user: "node",
    port: 3000,
    health: { path: "/health" },
    replicas: 2,
    readyTimeoutSeconds: 5,
    routes: [{ host: HOSTS.web }, { host: HOSTS.tunnel }],
} satisfies AppArgs;

const MIGRATION = ["node", "-e", "console.log('migrated to', process.env.VERSION)"];

const docker = new Docker();
const through = new Through(PORT);
let stack: PlacedStack;
let tunnel: Through;

jest.setTimeout(5 * 60_000);

beforeAll(async () => {
    stack = await PlacedStack.make("e2e-releases");
    await succeeds(release("v1"));
    tunnel = await throughTunnel();
});

afterAll(() => stack.remove());

function release(version: string, more: Partial<AppArgs> = {}): Promise<Said> {
    const web = { ...WEB, ...more, env: { VERSION: version, ...more.env } };
    return stack.up({ router: ROUTER, apps: { web } });
}

/** Where the tunnel's connectors hand requests to; the host itself is in their network. */
async function throughTunnel(): Promise<Through> {
    const [router] = await docker.listContainers({ filters: { label: [stack.label, "berth.part=router"] } });
    const networks = Object.entries(router?.NetworkSettings.Networks ?? {});
    const address = networks.find(([name]) => name.endsWith("-tunnel"))?.[1].IPAddress;
    return new Through(8000, address, { "x-forwarded-proto": "https" });
}

/** GET and POST by both ways in, and a few that take long. */
function load(): Load {
    const ask = (by: Through, host: string, index: number): Promise<Answer> =>
        isSlow(index) ? by.get(host, "/slow?ms=3000") : by.send(index % 2 ? "GET" : "POST", host, "/", "x");
    return new Load(async (index) => {
        const { status } =
            index % 3 === 0 ? await ask(tunnel, HOSTS.tunnel, index) : await ask(through, HOSTS.web, index);
        return status;
    }, 60);
}

async function serving(): Promise<unknown> {
    return (await through.get(HOSTS.web)).body;
}

/** The app's containers that run. */
async function running(): Promise<Docker.ContainerInfo[]> {
    return await docker.listContainers({ filters: { label: [stack.label, "berth.part=shop-web"] } });
}

/** What happens to the app's containers while something is done, in order. */
async function eventsOf(action: () => Promise<void>): Promise<readonly Event[]> {
    const events = await Events.follow(docker, [stack.label, "berth.part=shop-web"]);
    const before = await running();
    await action();
    // A release is over when the old ones are gone.
    return await events.stop(
        (seen) => seen.filter(({ action: each }) => each === "destroy").length >= before.length,
    );
}

describe("a release under load", () => {
    it("runs its command once, then starts all new containers, then stops the old ones, and loses nothing", async () => {
        const old = (await running()).map(({ Names }) => Names[0]?.slice(1));
        const events = await eventsOf(async () => {
            const asking = load();
            const up = succeeds(release("v2", { release: MIGRATION }));
            expect(await up).toContain("migrated to v2");
            const { requests, lost } = await asking.stop();
            expect(lost).toEqual({});
            expect(requests).toBeGreaterThan(100);
            expect(await serving()).toBe("v2");
        });
        const job = events.filter(({ name }) => name === "berth-e2e-releases-shop-web-release");
        expect(job.map(({ action }) => action)).toEqual(["create", "start", "die"]);
        const first = (action: string, of: (name: string) => boolean) =>
            events.findIndex((each) => each.action === action && of(each.name));
        const last = (action: string, of: (name: string) => boolean) =>
            events.findLastIndex((each) => each.action === action && of(each.name));
        const isOld = (name = "") => old.includes(name);
        const isNew = (name: string) => !isOld(name) && !name.endsWith("-release");
        const order = [
            last("die", (name) => name.endsWith("-release")),
            first("create", isNew),
            last("start", isNew),
            first("kill", isOld),
            last("destroy", isOld),
        ];
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(order).not.toContain(-1);
        expect(
            (await running()).map(({ Names }) => Names[0]?.slice(1)).filter((name) => isOld(name)),
        ).toEqual([]);
    });

    it("does not run its command again when nothing that it runs with has changed", async () => {
        const events = await eventsOf(async () => {
            await succeeds(release("v2", { release: MIGRATION, limits: { memoryMb: 200 } }));
        });
        const names = events.map(({ name }) => name);
        expect(names.filter((name) => name.endsWith("-release"))).toEqual([]);
        expect(names.length).toBeGreaterThan(0);
    });

    it("leaves websockets on the old version until the drain ends, and lets its close frame through", async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${PORT}/ws`, { headers: { host: HOSTS.web } });
        await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
        const closed = new Promise<number>((resolve) => socket.on("close", resolve));
        const up = release("v3", { drainSeconds: 3 });
        await eventually(serving, (version) => version === "v3");
        expect(socket.readyState).toBe(WebSocket.OPEN);
        expect(await closed).toBe(1001);
        const { code, output } = await up;
        expect(code).toBe(0);
        expect(output).toContain("1 connection is still open after 3 s");
    });

    it("is one replica less, too", async () => {
        const asking = load();
        const up = await release("v3", { replicas: 1 });
        expect((await asking.stop()).lost).toEqual({});
        expect(up).toMatchObject({ code: 0 });
        expect(await running()).toHaveLength(1);
    });
});

describe("a broken release", () => {
    const NAMED = /shop-web-1-[0-9a-f]{7} \(app shop-web, image .*node:20-slim\)/;

    beforeAll(async () => {
        await succeeds(release("good"));
    });

    it.each<[string, Partial<AppArgs>, RegExp[]]>([
        [
            "of an image that is not there",
            { image: "127.0.0.1:9/no/such:1" },
            [/shop-web-image/, /127\.0\.0\.1:9\/no\/such:1/, /connection refused/],
        ],
        [
            "that exits at start",
            { env: { EXIT_AT_START: "1" } },
            [NAMED, /(exited with code 3|starts over and over)/, /\| last words of broken/],
        ],
        [
            "that never gets ready",
            { env: { NEVER_READY: "1" } },
            [NAMED, /did not answer within 5 s \(.*503/, /\| version broken starts/],
        ],
        [
            "whose migration fails",
            { release: ["node", "-e", "console.log('no such table'); process.exit(4)"] },
            [/shop-web-release/, /node:20-slim/, /exited with code 4/, /\| no such table/],
        ],
        [
            "that turns red right after it was ready",
            { env: { RED_AFTER_MS: "500" } },
            [NAMED, /answered, but not for long: not ready within 5 s \(.*503/, /\| version broken starts/],
        ],
        [
            "that turns red once it serves",
            { env: { RED_SERVING_MS: "500" } },
            [
                /the route of shop-web leads to the version before again: shop-web-[12]-/,
                /stopped answering soon after it was ready \(.*503/,
                /\| version broken starts/,
            ],
        ],
    ])("%s harms nobody, says why, and is gone with the next one", async (_what, more, said) => {
        const during = load();
        const up = await release("broken", more);
        expect(await serving()).toBe("good");
        expect((await during.stop()).lost).toEqual({});
        const after = load();
        await succeeds(release("good"));
        expect((await after.stop()).lost).toEqual({});
        expect(up.code).not.toBe(0);
        for (const pattern of said) {
            expect(up.output).toMatch(pattern);
        }
        expect(await running()).toHaveLength(2);
        const [first] = await running();
        expect(await logs(docker.getContainer(first?.Id ?? ""))).toContain("version good");
        expect(await succeeds(release("good"))).toMatch(/^ +\d+ unchanged$/m);
    });
});
