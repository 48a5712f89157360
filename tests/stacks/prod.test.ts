import * as pulumi from "@pulumi/pulumi";
import { PROD, STAGING } from "../support/expectedProd";
import { Graph, Node, numberOf, Secret } from "../support/graph";
import { prodSettings, recordProd } from "../support/prod";

const CONTAINER = "docker:index/container:Container";

let graph: Graph;
beforeAll(async () => {
    graph = await recordProd("prod");
});

const containers = (): Node[] => graph.nodes.filter(({ type }) => type === CONTAINER);

describe("production", () => {
    it("has these resources and no other: every name is frozen, since a changed one replaces what it names", () => {
        expect(graph.list()).toEqual(PROD);
    });

    it("registers the same in a preview, when nothing is there yet, as in an update", async () => {
        expect((await recordProd("prod", {}, { preview: true })).list()).toEqual(graph.list());
    });

    it("publishes the router and nothing else", () => {
        const publishing = graph.nodes.filter(({ inputs }) => inputs.ports !== undefined);
        expect(publishing.map(({ name }) => name)).toEqual(["router"]);
    });

    it("lets SSH in from named addresses only, and no database at all", () => {
        const { rules } = graph.node("vps-firewall").inputs as {
            rules: { port: string; sourceIps: string[] }[];
        };
        expect(rules.map(({ port, sourceIps }) => [port, sourceIps])).toEqual([
            ["22", ["203.0.113.7/32"]],
            ["80", ["0.0.0.0/0", "::/0"]],
            ["443", ["0.0.0.0/0", "::/0"]],
        ]);
    });

    it("guards the server, its disk, its addresses, keys and passwords, the tunnel's secret, and the app and the volume of the database on Fly; never a container", () => {
        const guarded = graph.nodes
            .filter(({ options }) => options.protect)
            .map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`);
        const passwords = graph.nodes.filter(({ type }) => type.endsWith("RandomPassword"));
        expect(guarded.sort()).toEqual(
            [
                "App audifi-db",
                "KeyPair vps-client-key",
                "KeyPair vps-host-key",
                "PrimaryIp vps-ipv4",
                "PrimaryIp vps-ipv6",
                "RandomBytes tunnel-secret",
                "Server vps",
                "Volume audifi-db-data",
                "Volume vps-data",
                ...passwords.map(({ name }) => `RandomPassword ${name}`),
            ].sort(),
        );
    });

    it("lets one setting lift all of it, Hetzner's own protection included", async () => {
        const { nodes } = await recordProd("prod", { "berth:protect": "false" });
        const guards = ({ options, inputs }: Node) =>
            options.protect === true || inputs.deleteProtection === true || inputs.rebuildProtection === true;
        expect(nodes.filter(guards)).toEqual([]);
    });

    it("ties everything on the server to its identity", () => {
        const onHost = graph.nodes.filter(
            ({ type, options }) =>
                options.provider !== undefined && (type.startsWith("docker:") || type.startsWith("berth:")),
        );
        const ON_SERVER =
            /^(docker:|berth:index:(DataFolder|HostReady|Job|PostgresDatabase|Ready|Route|SecretVolume|Takeover) )/;
        expect(onHost.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
            PROD.filter((each) => ON_SERVER.test(each)),
        );
        for (const { name, options } of onHost) {
            const endsInOrder = /^tunnel-connector-\d$/.test(name);
            expect([name, options.replacementTrigger, options.deletedWith]).toEqual([
                name,
                String(numberOf("vps")),
                endsInOrder ? undefined : "vps",
            ]);
        }
    });

    it("holds no secret in clear, anywhere", () => {
        const clear: string[] = [];
        const look = (path: string, value: unknown): void => {
            if (value instanceof Secret) {
                return;
            }
            if (typeof value === "object" && value !== null) {
                Object.entries(value).forEach(([key, each]) => look(`${path}.${key}`, each));
            } else if (
                /secret of|<[a-z-]*(password|secret|token|key)[a-z-]*>|PRIVATE KEY/.test(String(value))
            ) {
                clear.push(`${path}: ${String(value)}`);
            }
        };
        graph.nodes.forEach(({ name, inputs }) => look(name, inputs));
        expect(clear).toEqual([]);
    });

    it("has every container restart by itself, with limits, without root, capabilities and new privileges", () => {
        for (const { name, inputs } of containers()) {
            expect([name, inputs]).toEqual([
                name,
                expect.objectContaining({
                    restart: "unless-stopped",
                    capabilities: { drops: ["ALL"] },
                    securityOpts: ["no-new-privileges:true"],
                    cpus: expect.any(String) as string,
                    memory: expect.any(Number) as number,
                    logOpts: { "max-size": "10m", "max-file": "3" },
                }),
            ]);
            // An app's user is its image's; what it waits for refuses root.
            const ready = graph.nodes.find((node) => node.name === `${name}-ready`);
            expect([name, inputs.user !== undefined || ready?.inputs.refuseRoot]).toEqual([name, true]);
        }
    });

    it("lets no container write to its image's files, but one that has to", () => {
        const writable = containers().filter(({ inputs }) => inputs.readOnly !== true);
        expect(writable.map(({ name }) => name)).toEqual(["partyquiz-web-1"]);
    });

    it("pulls locked images, and keeps them on the server for the next start", () => {
        const images = graph.nodes.filter(({ type }) => type.endsWith(":RemoteImage"));
        for (const { inputs } of images) {
            expect(inputs.name).toMatch(/:v?\d+(\.\d+)+$|@sha256:/);
            expect(inputs.keepLocally).toBe(true);
        }
        expect(images.map(({ inputs }) => inputs.name)).toEqual(
            expect.arrayContaining(["team/korczewski-auth:1.0.0", graph.node("router-image").inputs.name]),
        );
    });

    it("gives connected-repo's API two replicas of 1 CPU and 1 GiB, and 200 requests a minute to each client", () => {
        for (const replica of [1, 2]) {
            expect(graph.node(`connected-repo-api-${replica}`).inputs).toMatchObject({
                cpus: "1.0",
                memory: 1024,
            });
        }
        const route = graph.node("connected-repo-api-route").inputs;
        expect(route.servers).toHaveLength(2);
        expect(route.requestsPerMinute).toBe(200);
    });

    it("leads public hosts in by HTTPS, and PartyQuiz by the tunnel alone", () => {
        expect(graph.node("korczewski-backend-route").inputs.routes).toEqual([
            { host: "api.l2p.korczewski.de", entryPoint: "websecure" },
        ]);
        expect(graph.node("partyquiz-ws-route").inputs.routes).toEqual([
            { host: "partyquiz-platform.databridge360.com", pathPrefix: "/ws", entryPoint: "tunnel" },
        ]);
        expect(graph.node("tunnel-config").inputs.config).toEqual({
            ingresses: [
                {
                    hostname: "partyquiz-platform.databridge360.com",
                    path: "^/ws(/|$)",
                    service: "http://router:8000",
                },
                { hostname: "partyquiz-platform.databridge360.com", service: "http://router:8000" },
                { service: "http_status:404" },
            ],
        });
        expect(graph.node("partyquiz-web-1").inputs.envs).toContain(
            "NEXTAUTH_URL=https://partyquiz-platform.databridge360.com",
        );
        expect(graph.node("korczewski-frontend-1").inputs.envs).toContain(
            "API_URL=https://api.l2p.korczewski.de",
        );
    });

    it("generates only the secrets that nobody outside has to know", () => {
        const generated = graph.nodes
            .filter(({ type, parent }) => type.endsWith("RandomPassword") && parent === "")
            .map(({ name }) => name);
        expect(generated.sort()).toEqual([
            "audifi-jwt-secret",
            "audifi-magic-link-secret",
            "connected-repo-session-secret",
            "korczewski-jwt-secret",
            "partyquiz-nextauth-secret",
        ]);
    });
});

describe("staging", () => {
    it("is the same composition on hosts of its own, and lets itself be deleted", async () => {
        const staging = await recordProd("staging");
        expect(staging.list()).toEqual(STAGING);
        expect(staging.nodes.filter(({ options }) => options.protect)).toEqual([]);
        expect(staging.node("vps", "hcloud:index/server:Server").inputs).toMatchObject({
            name: "berth-staging",
            serverType: "cx23",
        });
    });
});

describe("public hosts", () => {
    it("have their records before their routes go live: a refused certificate is not asked for again", () => {
        expect(graph.node("korczewski-auth-route").options.dependencies).toEqual(
            expect.arrayContaining(["auth.korczewski.de-a", "auth.korczewski.de-caa"]),
        );
    });

    it("share a wildcard's certificate, which a token of its own proves", async () => {
        const wild = await recordProd("prod", {
            "berth:wildcards": ["*.korczewski.de"],
            "berth:dnsToken": "secret of berth:dnsToken",
        });
        expect(wild.node("router-secrets").inputs.files).toEqual(
            new Secret({ "cloudflare-token": "secret of berth:dnsToken" }),
        );
        expect(wild.node("korczewski-auth-route").inputs.routes).toEqual([
            { host: "auth.korczewski.de", entryPoint: "websecure", wildcard: "*.korczewski.de" },
        ]);
    });
});

describe("SSH through Access", () => {
    it("stands beside the direct way, by which the first update and a rebuild go", async () => {
        const both = await recordProd("prod", { "berth:sshHost": "ssh.korczewski.de" });
        expect(both.node("engine", "pulumi:providers:berth").inputs).not.toHaveProperty("sshProxyCommand");
        expect(both.node("tunnel-ssh-access").inputs).toMatchObject({ type: "self_hosted" });
        expect(both.node("tunnel-ssh-token").inputs).toMatchObject({ duration: "forever" });
        const { userData } = both.node("vps", "hcloud:index/server:Server").inputs;
        expect(userData).toEqual(graph.node("vps", "hcloud:index/server:Server").inputs.userData);
    });
});

describe("a host that only a tunnel leads to", () => {
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    afterAll(() => warn.mockRestore());

    it("is told when the edge's certificate does not serve it", async () => {
        warn.mockClear();
        await recordProd("prod", { "connected-repo:exposure": "tunnel" });
        expect(warn.mock.calls.map(([message]) => message)).toEqual([
            expect.stringMatching(/does not serve api\.connected-repo\.example\.com: it goes one label/),
        ]);
    });

    const ON_SERVER = ["degixdaw", "partyquiz", "connected-repo", "korczewski"];
    const tunnelled = Object.fromEntries(ON_SERVER.map((system) => [`${system}:exposure`, "tunnel"]));

    it("opens no port, has no certificate and no address in DNS", async () => {
        const only = await recordProd("prod", tunnelled);
        expect(only.node("router", CONTAINER).inputs).not.toHaveProperty("ports");
        const { rules } = only.node("vps-firewall").inputs as { rules: { port: string }[] };
        expect(rules.map(({ port }) => port)).toEqual(["22"]);
        const types = only.nodes
            .filter(({ type }) => type.endsWith("DnsRecord"))
            .map(({ inputs }) => inputs.type);
        expect(new Set(types)).toEqual(new Set(["CNAME"]));
        expect(only.list().filter((each) => each.includes("certificates"))).toEqual([]);
    });

    it("lets not even SSH in when that comes through Access", async () => {
        const only = await recordProd("prod", {
            ...tunnelled,
            "berth:sshFrom": undefined,
            "berth:sshThrough": "cloudflareAccess",
            "berth:sshHost": "ssh.korczewski.de",
        });
        expect(only.node("vps-firewall").inputs.rules).toEqual([]);
        expect(only.node("engine", "pulumi:providers:berth").inputs).toMatchObject({
            sshProxyCommand: "cloudflared access ssh --hostname ssh.korczewski.de",
        });
        const { userData } = only.node("vps", "hcloud:index/server:Server").inputs;
        expect((userData as Secret).value).toContain("172.31.255.240/28");
    });
});

it("gets its certificates where the settings say", async () => {
    const server = "https://authority.example/directory";
    const other = await recordProd("staging", {
        "berth:acmeServer": server,
        "berth:acmeIssuer": "authority.example",
    });
    expect(other.node("l2p.staging.korczewski.de-caa").inputs.data).toMatchObject({
        value: "authority.example",
    });
    expect(other.node("router", CONTAINER).inputs.command).toContain(
        `--certificatesResolvers.letsencrypt.acme.caServer=${server}`,
    );
});

it("names the settings' defaults", () => {
    expect(
        prodSettings("prod", { "berth:serverType": undefined, "berth:volumeSizeGb": undefined }).server,
    ).toEqual({
        serverType: "cx33",
        location: "nbg1",
        image: "debian-12",
        volumeSizeGb: 20,
        swapMb: 2048,
        liveRestore: true,
        sshFrom: ["203.0.113.7/32"],
        authorizedKeys: [],
    });
});
