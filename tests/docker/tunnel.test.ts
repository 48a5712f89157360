import type Docker from "dockerode";
import { CONNECTOR_IMAGE } from "../../components/images";
import { putFiles } from "../../providers/engine/files";
import { tokenOf } from "../../rehearsal/cloudflare/api/tunnels";
import { buildConnectorImage } from "../../rehearsal/cloudflare/edge/connectorImage";
import { createMachineNetwork, MachineNetwork } from "../../rehearsal/machine";
import { detectWorld } from "../../tools/setup/world";
import { EdgeScene, endScenes, HOST } from "../support/cloudflareEdge";
import { Containers, exec, logs, until } from "../support/containers";
import { answerOf, open, say } from "../support/edgeClient";
import { isSlow, Load } from "../support/load";
import { TunnelOrigin } from "../support/tunnelOrigin";

jest.setTimeout(180_000);

const METRICS = ["--metrics", "127.0.0.1:2000"];
const READY = ["cloudflared", "tunnel", ...METRICS, "ready"];
const USER = 65532;
const MIB = 1024 * 1024;

const containers = new Containers("connector");
const image = `${containers.uniqueName()}:latest`;
let network: MachineNetwork;
let origin: TunnelOrigin;
let scene: EdgeScene;

beforeAll(async () => {
    const { docker } = containers;
    network = await createMachineNetwork(docker, containers.uniqueName());
    const { gateway } = network;
    origin = await TunnelOrigin.start(gateway);
    scene = await EdgeScene.start({ edge: { ipv4: gateway } }, { address: gateway });
    await scene.setRules([
        { hostname: HOST, path: "^/nowhere", service: `http://${gateway}:1` },
        { hostname: HOST, service: origin.url },
        { service: "http_status:404" },
    ]);
    await scene.record("other.shop.example");
    await buildConnectorImage(docker, {
        world: await detectWorld(),
        from: CONNECTOR_IMAGE,
        address: scene.edge.connectorAddress,
        authority: scene.trusted,
        to: image,
    });
});

afterEach(async () => {
    await containers.removeAll();
    await until(
        async () => ((await scene.tunnel()).connections as unknown[]).length === 0,
        async () => JSON.stringify(await scene.tunnel()),
    );
});

afterAll(async () => {
    await containers.removeAll();
    await endScenes();
    await origin.stop();
    await network.remove();
    await containers.docker.getImage(image).remove();
});

/** Starts a connector as our component does: the same command, user and limits, and the token in a file. */
async function connector(token = tokenNow()): Promise<Docker.Container> {
    const volume = await containers.volume();
    const container = await containers.create(image, {
        User: `${USER}:${USER}`,
        Cmd: ["tunnel", "--no-autoupdate", ...METRICS, "run", "--token-file", "/run/secrets/token"],
        HostConfig: {
            NetworkMode: network.name,
            Binds: [`${volume}:/run/secrets:ro`],
            ReadonlyRootfs: true,
            Tmpfs: { "/tmp": "" },
            CapDrop: ["ALL"],
            SecurityOpt: ["no-new-privileges:true"],
            Memory: 128 * MIB,
            MemorySwap: 128 * MIB,
        },
    });
    const file = { name: "token", content: token, mode: 0o400, uid: USER, gid: USER };
    const filler = await containers.create(image, { HostConfig: { Binds: [`${volume}:/run/secrets`] } });
    await putFiles(containers.docker, filler.id, "/run/secrets", [file]);
    await container.start();
    return container;
}

function tokenNow(): string {
    const tunnel = scene.cloudflare.world.tunnels[scene.token.tunnel];
    return tunnel === undefined ? "" : tokenOf(tunnel);
}

async function untilReady(container: Docker.Container): Promise<void> {
    await until(
        async () => (await exec(container, READY)).code === 0,
        () => logs(container),
        60_000,
    );
}

/** Ends one as our component does: it has this long for what is under way. */
async function stop(container: Docker.Container): Promise<void> {
    await container.stop({ t: 35 });
}

interface Told {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
}

describe("the real connector, led to a rehearsal's edge", () => {
    it("serves the tunnel: requests, bodies, long answers, websockets, and rules in their order", async () => {
        const serving = await connector();
        await untilReady(serving);
        const { headers: given, body: told } = await scene.ask("/rows?page=2");
        const { headers: got, ...request } = JSON.parse(told) as Told;
        expect(request).toEqual({ method: "GET", url: "/rows?page=2", body: "" });
        expect(got).toMatchObject({
            host: HOST,
            "cf-ray": given["cf-ray"],
            "x-forwarded-proto": "https",
            "x-forwarded-for": got["cf-connecting-ip"],
        });
        const body = "0123456789".repeat(200_000);
        const lengths: Record<string, string>[] = [
            { "content-length": String(body.length) },
            { "transfer-encoding": "chunked" },
        ];
        for (const headers of lengths) {
            const posted = await scene.ask("/rows", { method: "POST", headers, body });
            expect((JSON.parse(posted.body) as Told).body === body).toBe(true);
        }
        const bytes = 64 * MIB;
        expect(await sizeOf(`/stream?bytes=${bytes}`)).toBe(bytes);
        const socket = await scene.socket("/live");
        expect([await say(socket, "hello"), await say(socket, "again")]).toEqual(["HELLO", "AGAIN"]);
        socket.terminate();
        expect(await scene.brief("/nowhere")).toBe("502 error code: 502");
        expect((await scene.ask("/", { host: "other.shop.example" })).status).toBe(404);
        await stop(serving);
        expect(await scene.tunnel()).toMatchObject({ status: "down", connections: [] });
        expect(await scene.brief("/")).toBe("530 error code: 1033");
    });

    it("takes new rules while it serves", async () => {
        const serving = await connector();
        await untilReady(serving);
        await scene.setRules([
            { hostname: HOST, path: "^/new$", service: "http_status:418" },
            { hostname: HOST, service: origin.url },
            { service: "http_status:404" },
        ]);
        await until(
            async () => (await scene.ask("/new")).status === 418,
            () => logs(serving),
        );
        expect(scene.edge.troubles).toEqual([]);
        expect((await scene.ask("/rows")).status).toBe(200);
    });

    it("is refused with a wrong token, says why, and is not ready", async () => {
        const wrong = {
            a: scene.token.account,
            t: scene.token.tunnel,
            s: Buffer.alloc(32).toString("base64"),
        };
        const refused = await connector(Buffer.from(JSON.stringify(wrong)).toString("base64"));
        await until(
            async () => (await logs(refused)).includes("Unauthorized: Invalid tunnel secret"),
            () => logs(refused),
        );
        expect((await exec(refused, READY)).code).not.toBe(0);
        expect(await logs(refused)).not.toContain(wrong.s);
        expect(await scene.brief("/")).toBe("530 error code: 1033");
    });

    it("comes back by itself when the API has cut it off", async () => {
        const serving = await connector();
        await untilReady(serving);
        await scene.calls.result("DELETE", `${scene.tunnelPath}/connections`);
        await until(
            async () => (await scene.tunnel()).status === "healthy",
            () => logs(serving),
            // It waits longer each time that it tries.
            60_000,
        );
        expect((await scene.ask("/rows")).status).toBe(200);
    });
});

describe("two connectors", () => {
    it("lose nothing under load when one is stopped and another takes its place", async () => {
        const [first, second] = await Promise.all([connector(), connector()]);
        await Promise.all([first, second].map(untilReady));
        const load = new Load(async (index) => {
            const path = isSlow(index) ? "/rows?ms=2000" : "/rows";
            return (await scene.ask(path, index % 2 === 0 ? {} : { method: "POST", body: `row ${index}` }))
                .status;
        }, 60);
        const third = await connector();
        await untilReady(third);
        await stop(first);
        await stop(second);
        await load.more(60);
        const result = await load.stop();
        expect(result.lost).toEqual({});
        expect(result.requests).toBeGreaterThan(60);
        expect((await scene.tunnel()).connections).toHaveLength(1);
    });
});

/** Bytes of an answer, counted as they come. */
async function sizeOf(path: string): Promise<number> {
    const { edge, trusted } = scene;
    const outgoing = open(edge.httpsPort, path, { host: HOST, trusted, address: network.gateway });
    outgoing.end();
    let size = 0;
    for await (const chunk of (await answerOf(outgoing)) as AsyncIterable<Buffer>) {
        size += chunk.length;
    }
    return size;
}
