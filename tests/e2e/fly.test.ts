import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Docker from "dockerode";
import execa from "execa";
import { SimulatedFly } from "../../rehearsal/fly";
import { Edge } from "../../rehearsal/fly/edge";
import { WireMachine } from "../../rehearsal/fly/wire";
import { buildSample } from "../../samples/app/build";
import { selfSigned } from "../support/certificates";
import { until } from "../support/containers";
import { ask, EdgeRequest } from "../support/edgeClient";
import { edgeLoad } from "../support/edgeLoad";
import { FlyCalls } from "../support/flyCalls";
import { Stack, succeeds } from "../support/stack";

const ROOT = join(__dirname, "..", "..");
const LOCK = ".state/e2e-fly.lock.json";
const SAMPLE = "berth-e2e-fly-sample:1.0.0";
const POSTGRES = "postgres:16.14";

const API = "audifi-api-e2e-fly";
const DATABASE = "audifi-db-e2e-fly";
const STAGING_API = "audifi-api-e2e-fly-staging";
const TOKEN = "the-token-of-these-tests";
const SENDGRID_KEY = "SG.the-key-of-these-tests";

/** Images of the app by version, as CI names them: by commit. */
const image = (version: number) => `registry.fly.io/audifi-api:${String(version).repeat(40)}`;

const common = (version: number, url: string) => `config:
  berth:composition: prod
  berth:systems: [audifi]
  berth:imageLock: ${LOCK}
  berth:inventSecrets: "true"
  berth:protect: "false"
  fly:baseUrl: ${url}
  audifi:platform: fly
  audifi:images: { api: "${image(version)}" }
`;

let fly: SimulatedFly;
let edge: Edge;
let calls: FlyCalls;
let trusted: string;
let prod: Stack;
let staging: Stack;
const removals: (() => unknown)[] = [];

jest.setTimeout(10 * 60_000);

beforeAll(async () => {
    await buildSample();
    await execa("docker", ["build", "--quiet", "--tag", SAMPLE, "samples/app"], { cwd: ROOT });
    await execa("docker", ["tag", "postgres:16", POSTGRES]);
    removals.push(() => execa("docker", ["rmi", SAMPLE, POSTGRES]));
    mkdirSync(dirname(join(ROOT, LOCK)), { recursive: true });
    writeFileSync(join(ROOT, LOCK), JSON.stringify({ images: { "postgres:16": POSTGRES } }));
    removals.push(() => rmSync(join(ROOT, LOCK)));
    fly = await SimulatedFly.start({
        docker: new Docker(),
        name: "berth-e2e-fly",
        organizations: [
            { slug: "personal", tokens: [TOKEN] },
            { slug: "others", tokens: ["the-token-of-others"] },
        ],
        images: { [image(1)]: SAMPLE, [image(2)]: SAMPLE, [image(3)]: "node:20-slim", [image(4)]: SAMPLE },
    });
    removals.push(() => fly.stop());
    const { certificate, key } = await selfSigned("ecdsa", ["*.fly.dev"]);
    trusted = certificate;
    edge = await Edge.start(fly.world, { certificate: { cert: certificate, key }, lagMs: 500 });
    removals.push(() => edge.stop());
    calls = new FlyCalls(fly.url, `Bearer ${TOKEN}`);
    const env = { FLY_API_TOKEN: TOKEN };
    prod = new Stack("e2e-fly", common(1, fly.url), env);
    staging = new Stack(
        "e2e-fly-staging",
        `${common(1, fly.url)}  audifi:attach: { db: ${DATABASE} }\n`,
        env,
    );
    for (const stack of [prod, staging]) {
        await stack.pulumi("stack", "rm", "--force", "--yes");
        await succeeds(stack.pulumi("stack", "init"));
    }
});

afterAll(async () => {
    for (const stack of [prod, staging]) {
        await stack.pulumi("stack", "rm", "--force", "--yes");
    }
    for (const remove of removals.reverse()) {
        await remove();
    }
});

function update(stack: Stack, ...args: string[]): Promise<string> {
    return succeeds(stack.pulumi("up", "--yes", "--skip-preview", ...args));
}

/** Through Fly's proxy, over TLS. */
function client(app: string): EdgeRequest {
    return { host: `${app}.fly.dev`, trusted };
}

async function machines(app: string): Promise<WireMachine[]> {
    const { body } = await calls.get<WireMachine[]>(`/apps/${app}/machines`);
    return body.filter(({ state }) => state !== "destroying" && state !== "destroyed");
}

/** Disks of the database's server, oldest first. */
async function disks(): Promise<{ id: string; attached_machine_id: string | null }[]> {
    return (
        await calls.get<{ id: string; attached_machine_id: string | null }[]>(`/apps/${DATABASE}/volumes`)
    ).body;
}

async function sql(statement: string): Promise<string> {
    const [server] = await machines(DATABASE);
    const command = ["psql", "-U", "postgres", "-tAc", statement];
    const path = `/apps/${DATABASE}/machines/${server?.id ?? ""}/exec`;
    return (await calls.post<{ stdout: string }>(path, { command })).body.stdout.trim();
}

/** Requests since a moment, by action and what it was about. */
function askedSince(moment: number): string[] {
    return fly.requests.slice(moment).map(({ action, identifier }) => `${action} ${identifier}`);
}

describe("AudiFi on Fly", () => {
    it("is previewed without a request", async () => {
        const output = await succeeds(prod.pulumi("preview"));
        expect(output).toContain("fly:index:MachineGroup audifi-api-machines create");
        expect(output).toContain("fly:index:Volume audifi-db-data create");
        expect(fly.requests).toEqual([]);
    });

    it("asks for nothing as long as a secret is too short", async () => {
        prod.configure(`${common(1, fly.url)}  audifi:jwtSecret: short\n`);
        const { code, output } = await prod.pulumi("up", "--yes", "--skip-preview");
        expect(code).not.toBe(0);
        expect(output).toContain("audifi:jwtSecret: has 5 characters: at least 32 are needed");
        expect(fly.requests).toEqual([]);
        prod.configure(common(1, fly.url));
    });

    it("comes up from nothing: server, database, migration, app, and answers over TLS", async () => {
        await update(prod);
        const plain = await ask(edge.httpPort, "/api/v1/health", { host: `${API}.fly.dev` });
        expect([plain.status, plain.headers.location]).toEqual([301, `https://${API}.fly.dev/api/v1/health`]);
        const health = await ask(edge.httpsPort, "/api/v1/health", client(API));
        expect([health.status, health.body]).toEqual([
            200,
            expect.stringContaining('"database":"connected"'),
        ]);
        const released = fly.requests.filter(({ action }) => action === "machine_create");
        // The server, the release command, the app.
        expect(released.map(({ identifier }) => identifier)).toEqual([DATABASE, API, API]);
        const [machine] = await machines(API);
        expect(machine?.config).toMatchObject({
            image: image(1),
            env: { PORT: "8080", NODE_ENV: "production", PRIMARY_REGION: "iad" },
            services: [{ internal_port: 8080, autostop: true, autostart: true, min_machines_running: 1 }],
        });
    });

    it("keeps secrets out of the state in clear, and out of machines' configs", async () => {
        const state = await succeeds(prod.pulumi("stack", "export"));
        const shown = JSON.parse(await succeeds(prod.pulumi("stack", "export", "--show-secrets"))) as {
            deployment: { resources: { type: string; inputs: { values?: unknown } }[] };
        };
        const secrets = shown.deployment.resources
            .filter(({ type }) => type === "fly:index:Secrets")
            .flatMap(
                ({ inputs }) => Object.values(JSON.parse(plaintextOf(inputs.values)) as object) as string[],
            );
        expect(secrets.length).toBe(5);
        const configs = JSON.stringify([...(await machines(API)), ...(await machines(DATABASE))]);
        for (const secret of [...secrets, TOKEN, SENDGRID_KEY]) {
            expect(state).not.toContain(secret);
            expect(configs).not.toContain(secret);
        }
    });

    it("asks for nothing when nothing changed, and for each kind of thing once in a refresh", async () => {
        const before = fly.requests.length;
        expect(await update(prod)).toMatch(/Resources:\n\s+\d+ unchanged/);
        expect(askedSince(before)).toEqual([]);
        const refresh = fly.requests.length;
        expect(await update(prod, "--refresh")).toMatch(/Resources:\n\s+\d+ unchanged/);
        const [server] = await machines(DATABASE);
        expect(askedSince(refresh).slice(0, -1).sort()).toEqual(
            [
                `app_get ${API}`,
                `app_get ${DATABASE}`,
                `ip_list ${API}`,
                `machine_list ${API}`,
                `machine_list ${DATABASE}`,
                `secret_list ${API}`,
                `secret_list ${DATABASE}`,
                `volume_list ${DATABASE}`,
                // Whether the database is there only its server knows.
                `machine_exec ${server?.id ?? ""}`,
            ].sort(),
        );
    });

    it("loses no request in a release under load", async () => {
        const [old] = await machines(API);
        const load = edgeLoad(edge.httpsPort, client(API), 25);
        prod.configure(common(2, fly.url));
        await update(prod);
        const { requests, lost } = await load.stop();
        expect(lost).toEqual({});
        expect(requests).toBeGreaterThan(500);
        const [now, ...others] = await machines(API);
        expect(others).toEqual([]);
        expect(now?.config.image).toBe(image(2));
        expect(Object.keys(edge.served)).toEqual(expect.arrayContaining([old?.id, now?.id]));
    });

    it("goes on serving when a version is broken, says why, and takes the next good one", async () => {
        const before = await machines(API);
        const load = edgeLoad(edge.httpsPort, client(API), 25);
        prod.configure(common(3, fly.url));
        const { code, output } = await prod.pulumi("up", "--yes", "--skip-preview");
        expect(code).not.toBe(0);
        expect(output).toMatch(
            /the release command `npm run db:migrate` exited with code 254: nothing was released/,
        );
        expect((await machines(API)).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
        prod.configure(common(4, fly.url));
        await update(prod);
        expect(await load.stop()).toMatchObject({ lost: {} });
        expect((await machines(API)).map(({ config }) => config.image)).toEqual([image(4)]);
    });

    it("is in staging an app of its own with a database of its own on production's server", async () => {
        await update(staging);
        const health = await ask(edge.httpsPort, "/api/v1/health", client(STAGING_API));
        expect([health.status, health.body]).toEqual([
            200,
            expect.stringContaining('"database":"connected"'),
        ]);
        const rows = await ask(edge.httpsPort, "/rows", client(STAGING_API));
        expect(JSON.parse(rows.body)).toEqual([]);
        expect(
            await sql(
                "select datname || ' ' || pg_get_userbyid(datdba) from pg_database where not datistemplate and datname <> 'postgres' order by 1",
            ),
        ).toBe("audifi audifi\naudifi_e2e_fly_staging audifi_e2e_fly_staging");
        const other = await sql(
            "select has_database_privilege('audifi_e2e_fly_staging', 'audifi', 'connect')",
        );
        expect(other).toBe("f");
    });

    it("takes staging down without its data and without anything of production's", async () => {
        await succeeds(staging.down());
        expect((await calls.get(`/apps/${STAGING_API}`)).status).toBe(404);
        expect(await sql("select count(*) from pg_database where datname = 'audifi_e2e_fly_staging'")).toBe(
            "1",
        );
        expect((await ask(edge.httpsPort, "/api/v1/health", client(API))).status).toBe(200);
    });

    it("finds every row again when the stack was taken down and comes up", async () => {
        const { body } = await ask(edge.httpsPort, "/rows", client(API));
        expect(body).toContain("row 1");
        expect(await succeeds(prod.down())).toMatch(
            new RegExp(`Kept, with the passwords that open them:\n  \\w+ of ${DATABASE}\n`),
        );
        expect((await calls.get(`/apps/${API}`)).status).toBe(404);
        expect((await calls.get<unknown[]>(`/apps/${DATABASE}/volumes`)).body).toHaveLength(1);
        await update(prod);
        expect((await ask(edge.httpsPort, "/rows", client(API))).body).toBe(body);
    });

    it("leaves only data when all is given up, says how that goes, and finds it again even then", async () => {
        const { body } = await ask(edge.httpsPort, "/rows", client(API));
        expect(await succeeds(prod.down("--volumes"))).toContain(
            `Fly still has ${DATABASE} with its volume; for good: fly apps destroy ${DATABASE}`,
        );
        const { body: left } = await calls.get<{ apps: { name: string }[] }>("/apps?org_slug=personal");
        expect(left.apps.map(({ name }) => name)).toEqual([DATABASE]);
        await update(prod);
        expect((await ask(edge.httpsPort, "/rows", client(API))).body).toBe(body);
    });

    it("goes back to a snapshot of its disk, and forward again to the disk that it left", async () => {
        const { body } = await ask(edge.httpsPort, "/rows", client(API));
        const [disk] = await disks();
        const snapshots = `/apps/${DATABASE}/volumes/${disk?.id ?? ""}/snapshots`;
        await calls.post(snapshots, {});
        let snapshot: { id: string; status: string } | undefined;
        await until(
            async () => {
                const { status, body: all } = await calls.get<{ id: string; status: string }[]>(snapshots);
                // Looking this often is more than the API takes.
                [snapshot] = status === 200 ? all : [];
                return snapshot?.status === "created";
            },
            () => Promise.resolve(JSON.stringify(snapshot)),
        );
        await sql("create table younger ()");
        const settings = common(4, fly.url);

        prod.configure(`${settings}  audifi:snapshots: { db: ${snapshot?.id ?? ""} }\n`);
        await update(prod);
        expect(await sql("select to_regclass('younger') is null")).toBe("t");
        expect((await ask(edge.httpsPort, "/rows", client(API))).body).toBe(body);
        const [left, filled, ...others] = await disks();
        expect(others).toEqual([]);
        expect([left?.id, left?.attached_machine_id]).toEqual([disk?.id, null]);
        expect(filled?.attached_machine_id).toBe((await machines(DATABASE))[0]?.id);

        prod.configure(settings);
        await update(prod);
        expect(await sql("select to_regclass('younger') is null")).toBe("f");
    });
});

/** The text of a secret in a state that is shown. */
function plaintextOf(value: unknown): string {
    return (value as { plaintext?: string }).plaintext ?? "{}";
}
