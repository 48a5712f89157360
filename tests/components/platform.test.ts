import * as pulumi from "@pulumi/pulumi";
import { Server } from "../../components/server";
import { DockerPlatform } from "../../components/docker/platform";
import { Graph, record, Secret } from "../support/graph";
import { PLATFORM_ARGS, PLATFORM_RESOURCES, recordPlaced, recordServed } from "../support/platform";

describe("the platform", () => {
    it("is two providers, a network and a router, and a network for each system", async () => {
        const graph = await recordPlaced(() => undefined);
        expect(graph.list()).toEqual(PLATFORM_RESOURCES);
    });

    it("dials the engine alike for Docker's resources and for our own", async () => {
        const graph = await recordPlaced(() => undefined, {
            host: "ssh://deploy@example.org",
            sshOpts: ["-i", "key"],
        });
        const docker = graph.node("engine", "pulumi:providers:docker").inputs;
        expect(docker).toEqual({ host: "ssh://deploy@example.org", sshOpts: '["-i","key"]' });
        expect(graph.node("engine", "pulumi:providers:berth").inputs).toEqual(docker);
    });

    it("keeps two systems with an app of the same name apart", async () => {
        const graph = await record(() => {
            const platform = new DockerPlatform("platform", PLATFORM_ARGS);
            return ["one", "two"].map(
                (system) => platform.forSystem(system).app("web", { image: "x" }).containers,
            );
        });
        const containers = graph.nodes.filter(({ type }) => type === "docker:index/container:Container");
        expect(containers.map(({ name }) => name).sort()).toEqual(["one-web-1", "router", "two-web-1"]);
        expect(graph.node("one-web-1").inputs.networksAdvanced).toEqual([
            { name: "t-edge" },
            { name: "t-one-data", aliases: ["one-web"] },
        ]);
    });

    it("refuses a second claim of a host and path, whichever system makes it", async () => {
        const route = { image: "x", port: 80, routes: [{ host: "a.example", pathPrefix: "/api" }] };
        const program = () => {
            const platform = new DockerPlatform("platform", PLATFORM_ARGS);
            platform.forSystem("one").app("web", route);
            platform.forSystem("two").app("web", route);
        };
        await expect(record(program)).rejects.toThrow(
            'App "two-web": 1 problem, nothing was touched.\n  two-web: claims a.example/api, which one-web already has',
        );
    });
});

describe("a platform on a server of the stack's own", () => {
    const everything = (preview = false): Promise<Graph> =>
        recordServed(
            (here, platform) => {
                const url = here.postgres("postgres", { version: 16 }).database("shop").url;
                here.redis("redis", {});
                here.app("web", {
                    image: "x",
                    port: 80,
                    env: { DATABASE_URL: url },
                    secretFiles: { key: "k" },
                    volumes: [{ volume: "uploads", containerPath: "/data" }],
                    routes: [{ host: "a.example" }],
                });
                platform.connectTunnel("connector", { token: "<token>" });
            },
            {
                router: {
                    listen: { address: "0.0.0.0", httpPort: 80, tls: { email: "me@a.example" } },
                    tunnel: { hosts: [] },
                    logLevel: "ERROR",
                },
                protect: true,
            },
            { preview },
        );

    it("ties everything on it to the server's identity, and nothing else", async () => {
        const { nodes } = await everything();
        for (const { type, name, options } of nodes) {
            const onHost = (type.startsWith("docker:") || type.startsWith("berth:")) && !isComponent(type);
            // Connectors end in order: the tunnel cannot be deleted while it has connections.
            const endsInOrder = /^connector-\d$/.test(name);
            expect([type, name, options.replacementTrigger, options.deletedWith]).toEqual([
                type,
                name,
                onHost ? "server-id" : undefined,
                onHost && !endsInOrder ? "server" : undefined,
            ]);
        }
    });

    it("leaves an old server's volumes where they are: a new server has volumes of the same names", async () => {
        const { nodes } = await everything();
        const left = nodes.filter(({ options }) => options.retainOnDelete).map(({ name }) => name);
        expect(left.sort()).toEqual([
            "router-certificates",
            "router-routes",
            "shop-postgres-data",
            "shop-redis-data",
            "shop-web-uploads-data",
        ]);
    });

    it("keeps the passwords when the server goes", async () => {
        const { nodes } = await everything();
        const guarded = nodes.filter(({ options }) => options.protect).map(({ type }) => type);
        // The volumes are pointers to folders of the disk: what is guarded is the disk.
        expect(new Set(guarded)).toEqual(new Set(["random:index/randomPassword:RandomPassword"]));
    });

    it("waits for the server's first boot before Docker is dialled, and logs in with the server's own key", async () => {
        const graph = await everything();
        expect(graph.node("host").inputs).toEqual({
            server: "server-id",
            userData: "<hash>",
            sshFrom: ["203.0.113.7/32"],
            timeoutSeconds: 1200,
        });
        expect(graph.node("host").options).toMatchObject({ ignoreChanges: ["userData"], provider: "engine" });
        const docker = graph.node("engine", "pulumi:providers:docker");
        expect(docker.options.dependencies).toEqual(["engine", "host"]);
        expect(docker.inputs).toEqual({
            host: "ssh://deploy@203.0.113.5",
            sshOpts: '["-F",".state/ssh/t/config"]',
        });
        expect(graph.node("engine", "pulumi:providers:berth").inputs).toEqual({
            host: "ssh://deploy@203.0.113.5",
            sshOpts: "[]",
            sshFolder: ".state/ssh/t",
            sshPrivateKey: new Secret("<private key>"),
            sshHostKey: "ssh-ed25519 HOST",
        });
    });

    it("keeps data in folders of the data disk, which a volume only points to", async () => {
        const graph = await everything();
        for (const [name, user] of [
            ["shop-postgres-data", "postgres"],
            ["shop-redis-data", "redis"],
            ["shop-web-uploads-data", undefined],
        ]) {
            expect(graph.node(`${name ?? ""}-folder`).inputs).toMatchObject({
                root: "/mnt/data/berth",
                name: `t-${name ?? ""}`,
                ...(user !== undefined && { user }),
            });
            expect(graph.node(name ?? "").inputs).toMatchObject({
                name: `t-${name ?? ""}`,
                driver: "local",
                driverOpts: { type: "none", o: "bind", device: `/mnt/data/berth/t-${name ?? ""}` },
            });
        }
    });

    it("registers in its first preview, when no server is there, what it registers later", async () => {
        expect((await everything(true)).list()).toEqual((await everything()).list());
    });

    it("says out loud when the server was made with other user data", async () => {
        const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
        try {
            const computed = { "berth:index:HostReady": () => ({ userData: "<hash of the old>" }) };
            await recordServed(() => undefined, {}, { computed });
            expect(warn.mock.calls.map(([message]) => message)).toEqual([
                expect.stringContaining("npm run rebuild"),
            ]);
        } finally {
            warn.mockRestore();
        }
    });

    it("runs two connectors of a tunnel that share a network with the router alone", async () => {
        const graph = await everything();
        for (const replica of ["connector-1", "connector-2"]) {
            const { inputs, options } = graph.node(replica);
            expect(inputs).toMatchObject({
                image: "id of cloudflare/cloudflared:2026.9.1",
                user: "65532:65532",
                networksAdvanced: [{ name: "t-tunnel" }],
                readOnly: true,
                capabilities: { drops: ["ALL"] },
            });
            expect(inputs).not.toHaveProperty("ports");
            expect(inputs).not.toHaveProperty("envs");
            expect(JSON.stringify(inputs.command)).not.toContain("<token>");
            expect(options.deleteBeforeReplace).toBe(false);
        }
        expect(graph.node("connector-secrets").inputs.files).toEqual(new Secret({ token: "<token>" }));
    });

    it("takes an engine or a server, not both and not none", async () => {
        for (const host of [undefined, "unix:///var/run/docker.sock"]) {
            const server = host === undefined ? undefined : { server: {} as Server, sshFolder: "f" };
            await expect(
                record(() => new DockerPlatform("platform", { ...PLATFORM_ARGS, host, server })),
            ).rejects.toThrow("args.host: only one of host and server, and one of them");
        }
    });
});

describe("locked images", () => {
    const images = { "traefik:v3.6": "traefik:v3.6.25", "redis:7": "redis@sha256:" + "0".repeat(64) };

    it("stand for those that the components name", async () => {
        const graph = await recordPlaced((here) => here.redis("redis", {}).url, { images });
        expect(graph.node("router-image").inputs.name).toBe("traefik:v3.6.25");
        expect(graph.node("shop-redis-image").inputs.name).toBe(images["redis:7"]);
    });

    it("are all there, or the one that lacks is told", async () => {
        const program = recordPlaced((here) => here.postgres("postgres", { version: 16 }), { images });
        await expect(program).rejects.toThrow("npm run images -- update postgres:16");
    });
});

function isComponent(type: string): boolean {
    return ["App", "DockerPlatform", "Postgres", "Redis", "Router", "System", "TunnelConnector"].some(
        (name) => type === `berth:index:${name}`,
    );
}
