import { mapValues } from "../../lib/records";
import { RawConfig } from "../../stacks/config";
import { DevSettings } from "../../stacks/devSettings";
import { readSettings } from "../../stacks/settings";
import { rawConfig, stackFile } from "../support/config";
import { prodProblems, rawProd } from "../support/prod";

function configOf(
    stack: string,
    values: Record<string, unknown>,
    secretKeys: readonly string[] = [],
): RawConfig {
    return rawConfig(stack, values, { isSecret: (key) => secretKeys.includes(key) });
}

const DEV = stackFile("Pulumi.dev.yaml");

function problemsOf(
    stack: string,
    values: Record<string, unknown>,
    secretKeys: readonly string[] = [],
): string[] {
    try {
        readSettings(configOf(stack, values, secretKeys));
    } catch (error) {
        return error instanceof Error ? error.message.split("\n") : [];
    }
    return [];
}

describe("the settings of dev", () => {
    const settings = readSettings(configOf("dev", DEV)) as DevSettings;

    it("name everything after the stack, so that two stacks fit on one engine", () => {
        expect(settings.prefix).toBe("berth-dev");
        expect(readSettings(configOf("other", { ...DEV, "berth:composition": "dev" })).prefix).toBe(
            "berth-other",
        );
    });

    it("run all systems on this machine's engine, reached from this machine only", () => {
        expect(settings.systems.map(({ definition }) => definition.name)).toEqual([
            "degixdaw",
            "partyquiz",
            "connected-repo",
            "audifi",
            "korczewski",
        ]);
        expect(settings.engine).toEqual({ host: "unix:///var/run/docker.sock", sshOpts: [] });
        expect(settings.router).toEqual({ bindAddress: "127.0.0.1", httpPort: 8000, scheme: "http" });
    });

    it("follow DOCKER_HOST unless the stack names an engine", () => {
        const environment = { DOCKER_HOST: "unix:///run/user/1000/docker.sock" };
        const hostOf = (raw: RawConfig) => (readSettings({ ...raw, environment }) as DevSettings).engine.host;
        expect(hostOf(configOf("dev", DEV))).toBe("unix:///run/user/1000/docker.sock");
        const named = configOf("dev", { ...DEV, "berth:dockerHost": "ssh://deploy@server" });
        expect(hostOf(named)).toBe("ssh://deploy@server");
    });

    it("find a host below localhost for every role", () => {
        expect(settings.systems.map(({ hosts }) => hosts)).toEqual([
            { web: "degixdaw.localhost" },
            { web: "partyquiz.localhost" },
            { api: "connected-repo.localhost" },
            { api: "audifi.localhost" },
            {
                frontend: "frontend.korczewski.localhost",
                backend: "backend.korczewski.localhost",
                payment: "payment.korczewski.localhost",
                auth: "auth.korczewski.localhost",
                vault: "vault.korczewski.localhost",
            },
        ]);
        expect(settings.systems[1]?.urls).toEqual({ web: "http://partyquiz.localhost:8000" });
    });

    it("publish the databases that the systems' own development setups do", () => {
        expect(settings.systems.map(({ servers }) => mapValues(servers, ({ publish }) => publish))).toEqual([
            {},
            { postgres: 5432, redis: 6379 },
            { postgres: undefined },
            { db: undefined },
            { postgres: 5433, redis: undefined },
        ]);
    });

    it("take images, replicas, limits and mounts from the stack's file", () => {
        const changed = readSettings(
            configOf("dev", {
                ...DEV,
                "connected-repo:images": { api: "ghcr.io/team/api:1" },
                "connected-repo:replicas": { api: 2 },
                "connected-repo:limits": { api: { cpus: 1, memoryMb: 1024 } },
                "connected-repo:develop": {
                    api: { source: "/src", target: "/app/src", command: ["npm", "run", "dev"] },
                },
            }),
        );
        expect(changed.systems[2]?.apps.api).toEqual({
            image: "ghcr.io/team/api:1",
            registry: undefined,
            replicas: 2,
            limits: { cpus: 1, memoryMb: 1024 },
            command: ["npm", "run", "dev"],
            readOnlyRoot: false,
            volumes: [{ hostPath: "/src", containerPath: "/app/src" }],
        });
    });
});

describe("wrong settings", () => {
    it("are reported all at once, each with what is allowed and the way out", () => {
        const values = {
            ...DEV,
            "berth:systems": ["degixdaw", "partyquiz", "connected-repo", "korczewski", "nowhere"],
            "berth:httpPort": "http",
            "partyquiz:nextauthSecret": "too short",
            "partyquiz:hosts": { web: "degixdaw.localhost" },
            "partyquiz:publish": { postgres: 5433, mysql: 3306 },
            "connected-repo:hosts": { api: "https://api.example" },
            "connected-repo:replicas": { api: 0 },
            "connected-repo:limits": { api: { cpus: 0.25, memoryMb: 256 } },
            "korczewski:redisUrl": "redis://typed-in",
        };
        expect(problemsOf("dev", values)).toEqual([
            'Settings of the stack "dev": 11 problems, nothing was touched.',
            '  berth:httpPort: "http" is no whole number',
            "      pulumi config set --stack dev berth:httpPort 80",
            '  berth:systems[4]: "nowhere" is no system: one of degixdaw, partyquiz, connected-repo, audifi, korczewski',
            "  partyquiz:nextauthSecret: has 9 characters: at least 32 are needed",
            "      pulumi config set --stack dev --secret partyquiz:nextauthSecret",
            "  partyquiz:publish.mysql: is unknown: one of postgres, redis",
            '  connected-repo:hosts.api: "https://api.example" is no host name: labels of lower-case letters, digits and hyphens with dots between, no scheme, port or path',
            "  connected-repo:replicas.api: 0 is not allowed: a whole number of at least 1",
            "  connected-repo:limits.api.cpus: 0.25 is not allowed: a number of at least 0.5",
            "  connected-repo:limits.api.memoryMb: 256 is not allowed: a whole number of at least 512",
            "  korczewski:redisUrl: is unknown: one of korczewski:develop, korczewski:googleClientId, korczewski:googleClientSecret, korczewski:hosts, korczewski:images, korczewski:jwtSecret, korczewski:limits, korczewski:logLevel, korczewski:publish, korczewski:registryAddress, korczewski:registryPassword, korczewski:registryUsername, korczewski:replicas, korczewski:stripeSecretKey, korczewski:stripeWebhookSecret, korczewski:users",
            "      pulumi config rm --stack dev korczewski:redisUrl",
            "  partyquiz:hosts.web: claims degixdaw.localhost/, which degixdaw:hosts.web already has",
            "  korczewski:publish.postgres: claims port 5433, which partyquiz:publish.postgres already has",
        ]);
    });

    it("never show a secret", () => {
        const problems = problemsOf("dev", { ...DEV, "partyquiz:nextauthSecret": "hunter2" });
        expect(problems.join("\n")).not.toContain("hunter2");
    });

    it("refuse the address of an engine in production, which has a server of its own", () => {
        const changes = { "berth:dockerHost": "ssh://deploy@server" };
        expect(prodProblems(changes)).toEqual([
            expect.stringMatching(
                /^ {2}berth:dockerHost: is unknown: one of berth:acmeEmail, berth:acmeIssuer, berth:acmeServer, /,
            ),
            "      pulumi config rm --stack prod berth:dockerHost",
        ]);
    });

    it("refuse a composition that there is none of", () => {
        expect(problemsOf("qa", DEV)).toEqual([
            'Settings of the stack "qa": 1 problem, nothing was touched.',
            '  berth:composition: "qa" is unknown: one of dev, prod',
            "      pulumi config set --stack qa berth:composition dev",
        ]);
    });

    it("refuse half a registry", () => {
        const problems = problemsOf("dev", { ...DEV, "audifi:registryAddress": "registry.example" });
        expect(problems.slice(1)).toEqual([
            "  audifi:registryUsername: is missing: the three of a registry go together",
            "      pulumi config set --stack dev audifi:registryUsername VALUE",
            "  audifi:registryPassword: is missing: the three of a registry go together",
            "      pulumi config set --stack dev --secret audifi:registryPassword",
        ]);
    });

    it("refuse no system at all", () => {
        expect(problemsOf("dev", { ...DEV, "berth:systems": [] })[1]).toBe(
            "  berth:systems: is empty: at least one system runs",
        );
    });
});

describe("what production lacks", () => {
    it("is told all at once, each with the command that sets it", () => {
        const { values } = rawConfig("prod", stackFile("Pulumi.prod.yaml"));
        expect(problemsOf("prod", { ...values, "berth:systems": ["degixdaw", "partyquiz"] })).toEqual([
            'Settings of the stack "prod": 11 problems, nothing was touched.',
            "  degixdaw:images.web: is missing: the image to run",
            "      pulumi config set --stack prod --path 'degixdaw:images.web' REFERENCE",
            "  degixdaw:supabaseAnonKey: is missing: Supabase's public key, at least 1 character",
            "      pulumi config set --stack prod --secret degixdaw:supabaseAnonKey",
            "  degixdaw:supabaseServiceRoleKey: is missing: Supabase's service role key, at least 1 character",
            "      pulumi config set --stack prod --secret degixdaw:supabaseServiceRoleKey",
            "  partyquiz:images.web: is missing: the image to run",
            "      pulumi config set --stack prod --path 'partyquiz:images.web' REFERENCE",
            "  partyquiz:images.ws: is missing: the image to run",
            "      pulumi config set --stack prod --path 'partyquiz:images.ws' REFERENCE",
            "  hcloud:token: is missing: Hetzner Cloud's token, with the right to write",
            "      pulumi config set --stack prod --secret hcloud:token, or the variable HCLOUD_TOKEN",
            "  berth:sshFrom: is missing: the addresses that may use SSH, the one that Pulumi runs at among them",
            "      pulumi config set --stack prod --path 'berth:sshFrom[0]' 203.0.113.7/32",
            "  cloudflare:apiToken: is missing: Cloudflare's token, with the right to edit DNS and tunnels",
            "      pulumi config set --stack prod --secret cloudflare:apiToken, or the variable CLOUDFLARE_API_TOKEN",
            "  berth:zones: no zone is a parent of degixdaw.example.com: no zone is set",
            "      pulumi config set --stack prod --path 'berth:zones[\"example.com\"]' ZONE_ID",
            "  berth:zones: no zone is a parent of partyquiz-platform.databridge360.com: no zone is set",
            "      pulumi config set --stack prod --path 'berth:zones[\"databridge360.com\"]' ZONE_ID",
            "  berth:cloudflareAccountId: is missing: id of the Cloudflare account that has the tunnel",
            "      pulumi config set --stack prod berth:cloudflareAccountId VALUE",
        ]);
    });

    it("is nothing once a team has added it", () => {
        expect(prodProblems({})).toEqual([]);
        expect(prodProblems({}, "staging")).toEqual([]);
    });

    it("may stand in the environment, as the clouds' own tools have it", () => {
        const changes = { "hcloud:token": undefined, "cloudflare:apiToken": undefined };
        const environment = { HCLOUD_TOKEN: "given", CLOUDFLARE_API_TOKEN: "given" };
        expect(() => readSettings({ ...rawProd("prod", changes), environment })).not.toThrow();
    });
});

describe("what production cannot be", () => {
    it("is told all at once, before anything is touched", () => {
        const changes = {
            "berth:serverType": "cx99",
            "berth:location": "mars",
            "berth:serverImage": "windows",
            "berth:volumeSizeGb": "9",
            "berth:sshFrom": ["203.0.113.7", "0.0.0.0/0"],
            "berth:imageLock": "nowhere.json",
            "berth:swapMb": "70000",
            "berth:authorizedKeys": ["nonsense"],
            "berth:acmeEmail": "nobody",
            "berth:acmeServer": "https://authority.example/directory",
            "berth:wildcards": ["korczewski.de"],
            "berth:cloudflareAccountId": "mine",
            "berth:sshHost": "auth.korczewski.de",
            "partyquiz:images": { web: "team/web:latest", ws: "team/ws" },
            "partyquiz:publish": { postgres: 5432 },
            "audifi:hosts": { api: "partyquiz-platform.databridge360.com" },
            "connected-repo:hosts": { api: "l2p.korczewski.de" },
        };
        expect(prodProblems(changes)).toEqual([
            '  partyquiz:images.web: "team/web:latest" floats: "latest" is no full version and no commit, so it may be another image tomorrow',
            "      Name a full version (team/web:1.4.2), a commit (team/web:1a2b3c4) or a digest (team/web@sha256:…).",
            '  partyquiz:images.ws: "team/ws" has no tag: that is "latest", another image from one day to the next',
            "      Name a full version (team/ws:1.4.2), a commit (team/ws:1a2b3c4) or a digest (team/ws@sha256:…).",
            "  partyquiz:publish.postgres: publishes a database, which production never does",
            '  berth:sshFrom[0]: "203.0.113.7" is no network: an address, a slash and the number of its fixed bits',
            "      203.0.113.7/32 for this one address",
            '  berth:sshFrom[1]: "0.0.0.0/0" is open to the world: SSH is let in from addresses that you name',
            "      203.0.113.7/32 for one address",
            "  berth:volumeSizeGb: 9 is not allowed: a whole number from 10 to 10240",
            "  berth:swapMb: 70000 is not allowed: a whole number from 0 to 65536",
            '  berth:authorizedKeys[0]: is no public key: one line, like "ssh-ed25519 AAAA… name"',
            '  berth:serverType: "cx99" is unknown: one of cx23, cx33, cx43, cx53, cpx11, cpx21, cpx31, cpx41, cpx51, cpx12, cpx22, cpx32, cpx42, cpx52, cpx62, cax11, cax21, cax31, cax41, ccx13, ccx23, ccx33, ccx43, ccx53, ccx63',
            "      pulumi config set --stack prod berth:serverType cx23",
            '  berth:location: "mars" is unknown: one of fsn1, nbg1, hel1, ash, hil, sin',
            "      pulumi config set --stack prod berth:location fsn1",
            '  berth:serverImage: "windows" is unknown: one of debian-12, debian-13',
            "      pulumi config set --stack prod berth:serverImage debian-12",
            '  berth:acmeEmail: "nobody" is no mail address',
            '  berth:wildcards[0]: "korczewski.de" is no wildcard: *.example.org',
            "  berth:acmeIssuer: is missing: domain of the certificate authority, for the hosts' CAA records",
            "      pulumi config set --stack prod berth:acmeIssuer VALUE",
            "  berth:dnsToken: is missing: Cloudflare's token that may read and edit the wildcards' zones",
            "      pulumi config set --stack prod --secret berth:dnsToken",
            '  berth:cloudflareAccountId: "mine" is no account\'s id: 32 hexadecimal digits',
            "  berth:imageLock: there is no file nowhere.json",
            "      npm run images -- update",
            "  audifi:hosts.api: claims partyquiz-platform.databridge360.com/, which partyquiz:hosts.web already has",
            "  korczewski:hosts.frontend: claims l2p.korczewski.de/, which connected-repo:hosts.api already has",
            "  berth:sshHost: claims auth.korczewski.de/, which korczewski:hosts.auth already has",
            '  partyquiz:exposure: "partyquiz-platform.databridge360.com" goes through the tunnel here, and is public for audifi: one host has one way in',
        ]);
    });

    it("is a secret or a token in clear", () => {
        const raw = { ...rawProd("prod"), isSecret: () => false };
        expect(() => readSettings(raw)).toThrow(
            "  hcloud:token: stands in the stack's file in clear\n" +
                "      pulumi config set --stack prod --secret hcloud:token, or the variable HCLOUD_TOKEN",
        );
    });

    it("is SSH through Access without a host for it", () => {
        expect(prodProblems({ "berth:sshThrough": "cloudflareAccess", "berth:sshFrom": undefined })).toEqual([
            "  berth:sshHost: is missing: host name by which SSH comes through Cloudflare Access",
            "      pulumi config set --stack prod berth:sshHost VALUE",
        ]);
    });
});
