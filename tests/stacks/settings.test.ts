import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { RawConfig } from "../../stacks/config";
import { readSettings } from "../../stacks/settings";

/** A stack's file as the engine hands it over: keys in full, everything but text as JSON. */
function configOf(
    stack: string,
    values: Record<string, unknown>,
    secretKeys: readonly string[] = [],
): RawConfig {
    const texts = Object.entries(values).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return {
        stack,
        values: Object.fromEntries(texts) as Record<string, string>,
        isSecret: (key) => secretKeys.includes(key),
    };
}

function file(name: string): Record<string, unknown> {
    const { config } = parse(readFileSync(join(__dirname, "..", "..", name), "utf8")) as {
        config: Record<string, unknown>;
    };
    return config;
}

const DEV = file("Pulumi.dev.yaml");

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
    const settings = readSettings(configOf("dev", DEV));

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
        const raw = { ...configOf("dev", DEV), dockerHost: "unix:///run/user/1000/docker.sock" };
        expect(readSettings(raw).engine.host).toBe("unix:///run/user/1000/docker.sock");
        const named = configOf("dev", { ...DEV, "berth:dockerHost": "ssh://deploy@server" });
        expect(readSettings({ ...named, dockerHost: raw.dockerHost }).engine.host).toBe(
            "ssh://deploy@server",
        );
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
        expect(settings.systems.map(({ publish }) => publish)).toEqual([
            {},
            { postgres: 5432, redis: 6379 },
            {},
            {},
            { postgres: 5433 },
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
            "  korczewski:redisUrl: is unknown: one of korczewski:develop, korczewski:googleClientId, korczewski:googleClientSecret, korczewski:hosts, korczewski:images, korczewski:jwtSecret, korczewski:limits, korczewski:logLevel, korczewski:publish, korczewski:registryAddress, korczewski:registryPassword, korczewski:registryUsername, korczewski:replicas, korczewski:stripeSecretKey, korczewski:stripeWebhookSecret",
            "      pulumi config rm --stack dev korczewski:redisUrl",
            "  partyquiz:hosts.web: claims degixdaw.localhost/, which degixdaw:hosts.web already has",
            "  korczewski:publish.postgres: claims port 5433, which partyquiz:publish.postgres already has",
        ]);
    });

    it("never show a secret", () => {
        const problems = problemsOf("dev", { ...DEV, "partyquiz:nextauthSecret": "hunter2" });
        expect(problems.join("\n")).not.toContain("hunter2");
    });

    it("name every secret and value that production lacks, and those that stand there in clear", () => {
        const problems = problemsOf(
            "prod",
            {
                "berth:systems": ["degixdaw"],
                "degixdaw:supabaseAnonKey": "in clear",
                "degixdaw:supabaseUrl": "",
            },
            [],
        );
        expect(problems).toEqual([
            'Settings of the stack "prod": 4 problems, nothing was touched.',
            "  degixdaw:hosts.web: is missing: host name of API and frontend",
            "      pulumi config set --stack prod --path 'degixdaw:hosts.web' HOST",
            "  degixdaw:images.web: is missing: the image to run",
            "      pulumi config set --stack prod --path 'degixdaw:images.web' REFERENCE",
            "  degixdaw:supabaseAnonKey: stands in the stack's file in clear",
            "      pulumi config set --stack prod --secret degixdaw:supabaseAnonKey",
            "  degixdaw:supabaseServiceRoleKey: is missing: Supabase's service role key, at least 1 character",
            "      pulumi config set --stack prod --secret degixdaw:supabaseServiceRoleKey",
        ]);
    });

    it("refuse a published database in production", () => {
        const problems = problemsOf("prod", {
            "berth:systems": ["partyquiz"],
            "partyquiz:hosts": { web: "quiz.example" },
            "partyquiz:images": { web: "a:1", ws: "b:1" },
            "partyquiz:publish": { postgres: 5432 },
        });
        expect(problems).toEqual([
            'Settings of the stack "prod": 1 problem, nothing was touched.',
            "  partyquiz:publish.postgres: publishes a database, which production never does",
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
