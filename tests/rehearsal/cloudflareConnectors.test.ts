import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerHttp2Stream } from "node:http2";
import { OTHER_ACCOUNT, startCloudflare } from "../support/cloudflare";
import { EdgeScene, endScenes, RULES } from "../support/cloudflareEdge";
import { until } from "../support/containers";
import { answer, ScriptedConnector } from "../support/scriptedConnector";
import { Wire } from "../support/wire";

afterEach(endScenes);

const NEW_SECRET = Buffer.alloc(32, 9).toString("base64");

/** Waits for what the API tells of the tunnel. */
async function untilStatus(scene: EdgeScene, status: string): Promise<void> {
    await until(
        async () => (await scene.tunnel()).status === status,
        async () => JSON.stringify(await scene.tunnel()),
        4000,
    );
}

describe("a connector", () => {
    it("registers with its token; the API shows it, and that it is gone", async () => {
        const scene = await EdgeScene.start();
        expect(await scene.tunnel()).toMatchObject({ status: "inactive", conns_inactive_at: null });
        const connector = await scene.dial();
        const clientId = "01010101-0101-0101-0101-010101010101";
        const connection = { client_id: clientId, client_version: "2000.1.0", origin_ip: "127.0.0.1" };
        expect(await scene.tunnel()).toMatchObject({ status: "healthy", connections: [connection] });
        expect(await scene.calls.result("GET", `${scene.tunnelPath}/connections`)).toMatchObject([
            { id: clientId, version: "2000.1.0", config_version: 1, conns: [connection] },
        ]);
        expect(await scene.calls.refusal("DELETE", scene.tunnelPath)).toMatch(/active connections$/);
        connector.kill();
        await untilStatus(scene, "down");
        expect(await scene.tunnel()).toMatchObject({
            connections: [],
            conns_inactive_at: expect.any(String) as unknown,
        });
    });

    it.each([
        ["a secret that is not the tunnel's", { secret: NEW_SECRET }, "Unauthorized: Invalid tunnel secret"],
        ["a tunnel that is not there", { tunnel: randomUUID() }, "Unauthorized: Failed to get tunnel"],
        ["another account", { account: OTHER_ACCOUNT }, "Unauthorized: Failed to get tunnel"],
    ])("with %s is refused, and its line is closed", async (_, wrong, refusal) => {
        const scene = await EdgeScene.start();
        const connector = await scene.dial(undefined, wrong);
        expect(await connector.refusal).toBe(refusal);
        await connector.closed;
        expect(connector.rules).toEqual([]);
        expect(await scene.tunnel()).toMatchObject({ status: "inactive" });
        expect(await scene.brief("/")).toBe("530 error code: 1033");
    });

    it("of a deleted tunnel is refused", async () => {
        const scene = await EdgeScene.start();
        await scene.calls.result("DELETE", scene.tunnelPath);
        expect(await (await scene.dial()).refusal).toBe("Unauthorized: Failed to get tunnel");
    });

    it("is handed its rules when it comes, and each time they change", async () => {
        const scene = await EdgeScene.start();
        const connector = await scene.dial();
        await until(
            () => Promise.resolve(connector.rules.length === 1),
            () => Promise.resolve("no rules"),
        );
        connector.complaint = "no such service";
        await scene.setRules(RULES.slice(1));
        await until(
            () => Promise.resolve(scene.edge.troubles.length === 1),
            () => Promise.resolve("no trouble"),
        );
        const config = (ingress: unknown) => ({ "warp-routing": { enabled: false }, ingress });
        expect(connector.rules).toEqual([
            { version: 1, config: config(RULES) },
            { version: 2, config: config(RULES.slice(1)) },
        ]);
        expect(scene.edge.troubles).toEqual(["version 2 of the rules of prod: no such service"]);
    });

    it("keeps its line when the tunnel's secret changes, and can't come again with the old one", async () => {
        const scene = await EdgeScene.start();
        await scene.dial();
        await scene.calls.result("PATCH", scene.tunnelPath, { tunnel_secret: NEW_SECRET });
        expect(await scene.brief("/")).toBe("200 here");
        expect(await (await scene.dial()).refusal).toBe("Unauthorized: Invalid tunnel secret");
        expect(await (await scene.dial(undefined, { secret: NEW_SECRET })).refusal).toBeUndefined();
    });

    it("loses its line when the API cuts it, and may come again", async () => {
        const scene = await EdgeScene.start();
        const connector = await scene.dial();
        await scene.calls.result("DELETE", `${scene.tunnelPath}/connections`);
        await connector.closed;
        expect(await scene.brief("/")).toBe("530 error code: 1033");
        await scene.dial();
        expect(await scene.brief("/")).toBe("200 here");
    });

    it("whose machine loses power is missed, though nothing closes its line", async () => {
        const scene = await EdgeScene.start({}, { pingMs: 200 });
        const wire = await Wire.to(scene.edge.connectorAddress);
        try {
            const connector = await ScriptedConnector.dial(wire.address, scene.trusted, scene.token);
            expect(await connector.refusal).toBeUndefined();
            wire.cut();
            await untilStatus(scene, "down");
            expect(await scene.brief("/")).toBe("530 error code: 1033");
        } finally {
            await wire.end();
        }
    });

    it("is forgotten when the simulation starts again from its file", async () => {
        const folder = mkdtempSync(join(tmpdir(), "berth-test-edge-"));
        const file = join(folder, "world.json");
        try {
            const scene = await EdgeScene.start({ file });
            await scene.dial();
            const before = scene.cloudflare.world.tunnels[scene.token.tunnel]?.connections;
            expect(before).toHaveLength(1);
            const { world } = await startCloudflare({ file });
            expect(world.tunnels[scene.token.tunnel]).toMatchObject({
                connections: [],
                disconnectedAt: expect.any(String) as unknown,
            });
        } finally {
            await endScenes();
            rmSync(folder, { recursive: true });
        }
    });
});

describe("two connectors of a tunnel", () => {
    it("take requests by turns; one that unregisters gets no more, and finishes what it has", async () => {
        const scene = await EdgeScene.start();
        const waiting: ServerHttp2Stream[] = [];
        const leaving = await scene.dial((stream, { ":path": path }) => {
            if (path === "/slow") {
                waiting.push(stream);
            } else {
                answer(stream, { body: "leaving" });
            }
        });
        const first = await scene.brief("/");
        const slow = scene.brief("/slow");
        await until(
            () => Promise.resolve(waiting.length === 1),
            () => Promise.resolve("not asked"),
        );
        await scene.dial((stream) => answer(stream, { body: "staying" }));
        const both = [await scene.brief("/"), await scene.brief("/")];
        await leaving.unregister();
        const [connections] = [(await scene.tunnel()).connections as unknown[]];
        const later = await Promise.all(Array.from({ length: 4 }, () => scene.brief("/")));
        waiting.forEach((stream) => answer(stream, { body: "late" }));
        expect([first, both.sort(), connections.length, later, await slow]).toEqual([
            "200 leaving",
            ["200 leaving", "200 staying"],
            1,
            Array(4).fill("200 staying"),
            "200 late",
        ]);
        await leaving.closed;
    });

    it("take nothing before they have their rules, as long as another has", async () => {
        const scene = await EdgeScene.start();
        await scene.dial();
        const late = await scene.dial(
            (stream) => answer(stream, { status: 503, body: "no rules" }),
            {},
            true,
        );
        await until(
            () => Promise.resolve(late.rules.length === 1),
            () => Promise.resolve("not given"),
        );
        const before = await Promise.all([1, 2, 3, 4].map(() => scene.brief("/")));
        expect(before).toEqual(Array(4).fill("200 here"));
        late.takeHeldRules();
        await until(
            async () => (await scene.brief("/")) === "503 no rules",
            () => Promise.resolve("never asked"),
        );
    });

    it("cover for each other when one is cut off", async () => {
        const scene = await EdgeScene.start();
        const lost = await scene.dial();
        await scene.dial();
        lost.kill();
        await until(
            async () => ((await scene.tunnel()).connections as unknown[]).length === 1,
            async () => JSON.stringify(await scene.tunnel()),
        );
        expect(await Promise.all([1, 2, 3].map(() => scene.brief("/")))).toEqual(Array(3).fill("200 here"));
        expect(await scene.tunnel()).toMatchObject({ status: "healthy" });
    });
});
