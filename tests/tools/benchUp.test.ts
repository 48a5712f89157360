import { parse } from "yaml";
import { composeFileOf, Inspected } from "../../tools/bench/up/composeFile";
import { upFigures, UpResult, upTable } from "../../tools/bench/up/report";
import { initScript } from "../../tools/bench/up/snapshot";

const LABELS = { "berth.bench": "up" };

function container(
    name: string,
    networks: Record<string, string[] | null>,
    more: Partial<Inspected> = {},
): Inspected {
    return {
        Name: `/${name}`,
        Config: {
            Image: "sha256:1",
            Cmd: ["serve", "--price=$5"],
            Env: ["A=1"],
            User: "999",
            Healthcheck: {
                Test: ["CMD", "true"],
                Interval: 3e10,
                Timeout: 1e10,
                StartPeriod: 4e10,
                Retries: 3,
            },
        },
        HostConfig: {
            NanoCpus: 5e8,
            Memory: 64 * 1024 * 1024,
            MemorySwap: 64 * 1024 * 1024,
            ReadonlyRootfs: true,
            Tmpfs: { "/tmp": "" },
            CapDrop: ["ALL"],
            SecurityOpt: ["no-new-privileges:true"],
            RestartPolicy: { Name: "unless-stopped" },
            LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
            PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8000" }] },
        },
        Mounts: [],
        NetworkSettings: {
            Networks: Object.fromEntries(
                Object.entries(networks).map(([key, Aliases]) => [key, { Aliases }]),
            ),
        },
        ...more,
    };
}

const DATABASE = container(
    "s-shop-postgres",
    { "s-shop-data": ["shop-postgres"] },
    {
        Mounts: [
            {
                Type: "volume",
                Name: "s-shop-postgres-data",
                Destination: "/var/lib/postgresql/data",
                RW: true,
            },
            { Type: "volume", Name: "s-shop-postgres-secrets-1a", Destination: "/run/secrets", RW: false },
        ],
    },
);
const APP = container("s-shop-web-1-abcdef0", { "s-edge": null, "s-shop-data": ["shop-web"] });
const OTHER = container("s-other-web-1-abcdef0", { "s-edge": null, "s-other-data": ["other-web"] });

interface Composed {
    readonly services: Record<string, Record<string, unknown>>;
    readonly networks: Record<string, unknown>;
    readonly volumes: Record<string, unknown>;
}

function composed(): Composed {
    const text = composeFileOf({
        containers: [DATABASE, APP, OTHER],
        networks: [
            { Name: "s-edge", Internal: false },
            { Name: "s-shop-data", Internal: true },
            { Name: "s-other-data", Internal: true },
        ],
        images: new Map([["sha256:1", "shop:1"]]),
        files: new Map([["s-shop-postgres-secrets-1a", "s-shop-postgres-secrets-1a-copy"]]),
        mounts: [{ container: "/s-shop-postgres", volume: "init", target: "/docker-entrypoint-initdb.d" }],
        labels: LABELS,
    });
    return parse(text) as Composed;
}

test("a service is all that the engine says of a container, and dollar signs are no variables", () => {
    expect(composed().services["s-shop-web-1-abcdef0"]).toEqual({
        image: "shop:1",
        pull_policy: "never",
        command: ["serve", "--price=$$5"],
        user: "999",
        environment: ["A=1"],
        labels: LABELS,
        restart: "unless-stopped",
        read_only: true,
        tmpfs: ["/tmp"],
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        logging: { driver: "json-file", options: { "max-size": "10m" } },
        cpus: 0.5,
        mem_limit: 64 * 1024 * 1024,
        memswap_limit: 64 * 1024 * 1024,
        ports: ["127.0.0.1:8000:80/tcp"],
        networks: {
            "s-edge": { aliases: ["s-shop-web-1-abcdef0"] },
            "s-shop-data": { aliases: ["s-shop-web-1-abcdef0", "shop-web"] },
        },
        volumes: [],
        depends_on: { "s-shop-postgres": { condition: "service_healthy" } },
        healthcheck: {
            test: ["CMD", "true"],
            interval: "30000000000ns",
            timeout: "10000000000ns",
            start_period: "40000000000ns",
            retries: 3,
        },
    });
});

test("data starts empty, files are there beforehand", () => {
    const { services, volumes } = composed();
    expect(services["s-shop-postgres"]?.volumes).toEqual([
        "s-shop-postgres-data:/var/lib/postgresql/data",
        "s-shop-postgres-secrets-1a-copy:/run/secrets:ro",
        "init:/docker-entrypoint-initdb.d:ro",
    ]);
    expect(volumes).toEqual({
        "s-shop-postgres-data": { labels: LABELS },
        "s-shop-postgres-secrets-1a-copy": { external: true, name: "s-shop-postgres-secrets-1a-copy" },
        init: { external: true, name: "init" },
    });
});

test("an app waits for the servers of its own network only, and servers for nobody", () => {
    const { services, networks } = composed();
    expect(services["s-other-web-1-abcdef0"]?.depends_on).toEqual({});
    expect(services["s-shop-postgres"]?.depends_on).toEqual({});
    expect(networks["s-shop-data"]).toEqual({ internal: true, labels: LABELS });
});

test("databases become a script", () => {
    expect(initScript([{ database: "quiz", user: "quizzer", password: "it's" }])).toBe(
        `CREATE ROLE "quizzer" LOGIN PASSWORD 'it''s';\nCREATE DATABASE "quiz" OWNER "quizzer";\n`,
    );
});

const RESULT: UpResult = {
    containers: 13,
    rounds: 3,
    berth: {
        fromNothing: { median: 20_123.4, min: 19_000, max: 22_000 },
        noop: { median: 3000.6, min: 2900, max: 3100 },
    },
    compose: {
        fromNothing: { median: 45_000, min: 44_000, max: 46_000 },
        noop: { median: 900, min: 800, max: 1000 },
    },
};

test("the table and the file hold medians", () => {
    const lines = upTable(RESULT).split("\n");
    expect(lines.slice(2, 4).map((line) => line.split(/ {2,}/))).toEqual([
        ["berth", "20.1 s (19.0 s–22.0 s)", "3.0 s (2.9 s–3.1 s)"],
        ["compose", "45.0 s (44.0 s–46.0 s)", "0.9 s (0.8 s–1.0 s)"],
    ]);
    expect(upFigures(RESULT)).toEqual({
        arms: {
            berth: { fromNothingMs: 20_123, noopMs: 3001 },
            compose: { fromNothingMs: 45_000, noopMs: 900 },
        },
    });
});
