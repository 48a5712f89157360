import * as pulumi from "@pulumi/pulumi";
import { RouterArgs } from "../../components/docker/routerArgs";
import { Graph, Secret } from "../support/graph";
import { recordPlaced, recordServed } from "../support/platform";

const CONTAINER = "docker:index/container:Container";
const LISTEN = { address: "0.0.0.0", httpPort: 80 };
const TLS = { email: "admin@a.example" };

function recordRouter(router: RouterArgs): Promise<Graph> {
    return recordServed(() => undefined, { router });
}

describe("the router", () => {
    it("sees no Docker socket, shows its API to nobody, and is nobody itself", async () => {
        const { inputs, options } = (await recordPlaced(() => undefined)).node("router", CONTAINER);
        expect(inputs).toMatchObject({
            start: false,
            mustRun: false,
            image: "id of traefik:v3.6",
            user: "65532:65532",
            readOnly: true,
            capabilities: { drops: ["ALL"] },
            securityOpts: ["no-new-privileges:true"],
            cpus: "1.0",
            memory: 256,
            volumes: [
                { volumeName: "t-router-routes", containerPath: "/etc/traefik/dynamic" },
                {
                    volumeName: "t-router-config-auto",
                    containerPath: "/etc/traefik/dynamic/shared",
                    readOnly: true,
                },
            ],
            networksAdvanced: [{ name: "t-edge" }],
            ports: [{ internal: 80, external: 8000, ip: "127.0.0.1", protocol: "tcp" }],
        });
        expect(JSON.stringify(inputs)).not.toContain("docker.sock");
        expect(inputs.command).toContain("--entryPoints.traefik.address=127.0.0.1:8080");
        expect(inputs).not.toHaveProperty("name");
        expect(options.deleteBeforeReplace).toBe(false);
    });

    it("is made beside the one before, and takes its place in one step", async () => {
        const graph = await recordPlaced(() => undefined);
        expect(graph.node("router-running").inputs).toEqual({
            container: "router-id",
            command: ["timeout", "2", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/ping"],
            timeoutSeconds: 60,
        });
    });

    it("in public takes HTTP and HTTPS of everybody, and keeps its certificates on the data disk", async () => {
        const graph = await recordRouter({ listen: { ...LISTEN, tls: TLS }, logLevel: "ERROR" });
        const { inputs } = graph.node("router", CONTAINER);
        expect(inputs.ports).toEqual([
            { internal: 80, external: 80, ip: "0.0.0.0", protocol: "tcp" },
            { internal: 443, external: 443, ip: "0.0.0.0", protocol: "tcp" },
        ]);
        expect(inputs.volumes).toContainEqual({
            volumeName: "t-router-certificates",
            containerPath: "/certificates",
        });
        expect(graph.node("router-certificates-folder").inputs).toEqual({
            root: "/mnt/data/berth",
            name: "t-router-certificates",
            image: "id of traefik:v3.6",
            user: "65532:65532",
        });
        expect(inputs.command).toEqual(
            expect.arrayContaining([
                "--certificatesResolvers.letsencrypt.acme.email=admin@a.example",
                "--certificatesResolvers.letsencrypt.acme.storage=/certificates/letsencrypt.json",
            ]),
        );
        expect(graph.node("edge").inputs).toMatchObject({
            ipv6: true,
            // All that Docker would choose by itself: what it chose a refresh would take for a change.
            ipamConfigs: [
                { subnet: "172.31.248.0/22", gateway: "172.31.248.1" },
                { subnet: "fd62:6572:7468::/64", gateway: "fd62:6572:7468::1" },
            ],
        });
        expect(inputs.networksAdvanced).toEqual([{ name: "t-edge", ipv6Address: "fd62:6572:7468::80" }]);
    });

    it("proves wildcards through Cloudflare, with a token that only it can read", async () => {
        const tls = { ...TLS, wildcards: ["*.a.example"], cloudflareToken: pulumi.secret("token") };
        const graph = await recordServed(
            (here) => here.app("web", { image: "x", port: 80, routes: [{ host: "w.a.example" }] }).urls,
            { router: { listen: { ...LISTEN, tls }, logLevel: "ERROR" } },
        );
        expect(graph.node("router-secrets").inputs.files).toEqual(
            new Secret({ "cloudflare-token": "token" }),
        );
        const { inputs } = graph.node("router", CONTAINER);
        expect(inputs.envs).toEqual(["CF_DNS_API_TOKEN_FILE=/run/secrets/cloudflare-token"]);
        expect(graph.node("shop-web-route").inputs.routes).toEqual([
            { host: "w.a.example", entryPoint: "websecure", wildcard: "*.a.example" },
        ]);
    });

    it("behind a tunnel alone publishes no port at all", async () => {
        const graph = await recordServed(
            (here) => here.app("web", { image: "x", port: 80, routes: [{ host: "a.example" }] }).urls,
            { router: { tunnel: { hosts: ["a.example"] }, logLevel: "ERROR" } },
        );
        const { inputs } = graph.node("router", CONTAINER);
        expect(inputs).not.toHaveProperty("ports");
        expect(inputs.networksAdvanced).toEqual([
            { name: "t-edge", ipv6Address: "fd62:6572:7468::80" },
            { name: "t-tunnel", aliases: ["router"] },
        ]);
        expect(graph.node("tunnel").inputs.ipamConfigs).toEqual([
            { subnet: "172.31.255.240/28", gateway: "172.31.255.241" },
        ]);
        expect(inputs.command).toContain("--entryPoints.tunnel.address=:8000");
        expect(graph.node("shop-web-route").inputs.routes).toEqual([
            { host: "a.example", entryPoint: "tunnel" },
        ]);
    });
});

describe("wrong ways in", () => {
    it("are refused all at once", async () => {
        const router: RouterArgs = {
            listen: {
                address: "localhost",
                httpPort: 70000,
                tls: { email: "nobody", wildcards: ["a.example"] },
            },
            tunnel: { hosts: ["https://b.example"], subnet: "ten" },
            logLevel: "INFO",
        };
        await expect(recordPlaced(() => undefined, { router })).rejects.toThrow(
            [
                'Router "router": 8 problems, nothing was touched.',
                "  args.listen.httpPort: 70000 is not allowed: a whole number from 1 to 65535",
                '  args.listen.address: "localhost" is no IPv4 address',
                "      127.0.0.1 for this machine only, 0.0.0.0 for everybody",
                '  args.listen.tls.email: "nobody" is no mail address',
                '  args.listen.tls.wildcards[0]: "a.example" is no wildcard: *.example.org',
                "  args.listen.tls.cloudflareToken: is missing: wildcards are proven through Cloudflare's DNS",
                "  args.listen.tls: needs a host with a data disk: certificates have to outlive the router",
                '  args.tunnel.hosts[0]: "https://b.example" is no host name: labels of lower-case letters, digits and hyphens with dots between, no scheme, port or path',
                '  args.tunnel.subnet: "ten" is no network: 172.31.255.240/28',
            ].join("\n"),
        );
    });

    it("at least one there has to be", async () => {
        await expect(recordPlaced(() => undefined, { router: { logLevel: "INFO" } })).rejects.toThrow(
            "args.listen: is missing, and tunnel as well: nothing would lead in",
        );
    });
});
