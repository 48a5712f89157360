import { DockerPlatform } from "../../components/docker/platform";
import { record } from "../support/graph";
import { PLATFORM_ARGS, PLATFORM_RESOURCES, recordPlaced } from "../support/platform";

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

describe("the router", () => {
    it("sees no Docker socket, and shows its API to nobody", async () => {
        const { inputs, options } = (await recordPlaced(() => undefined)).node(
            "router",
            "docker:index/container:Container",
        );
        expect(inputs).toMatchObject({
            name: "t-router",
            image: "id of traefik:v3.6",
            volumes: [{ volumeName: "t-router-routes", containerPath: "/etc/traefik/dynamic" }],
            networksAdvanced: [{ name: "t-edge" }],
            ports: [{ internal: 80, external: 8000, ip: "127.0.0.1", protocol: "tcp" }],
        });
        expect(JSON.stringify(inputs)).not.toContain("docker.sock");
        expect(inputs.command).toContain("--entryPoints.traefik.address=127.0.0.1:8080");
        expect(options.deleteBeforeReplace).toBe(true);
    });

    it("refuses an address and a port that are none, at once", async () => {
        const router = { ...PLATFORM_ARGS.router, bindAddress: "localhost", httpPort: 70000 };
        await expect(recordPlaced(() => undefined, { router })).rejects.toThrow(
            [
                'Router "router": 2 problems, nothing was touched.',
                "  args.httpPort: 70000 is not allowed: a whole number from 1 to 65535",
                '  args.bindAddress: "localhost" is no IPv4 address',
                "      127.0.0.1 for this machine only, 0.0.0.0 for everybody",
            ].join("\n"),
        );
    });
});
