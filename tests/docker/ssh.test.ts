import { readdirSync, readFileSync } from "node:fs";
import { ROUTES_FOLDER } from "../../lib/traefik";
import { connect, disconnect } from "../../providers/engine/connect";
import { Containers, exec, logs, until } from "../support/containers";
import { EngineStandIn } from "../support/engineStandIn";
import { providerOnEngine } from "../support/onEngine";
import { ProviderClient, secret } from "../support/providerClient";
import { TestRouter } from "../support/router";
import { Sshd, startSshd } from "../support/sshd";

const JOB = "berth:index:Job";
const READY = "berth:index:Ready";
const ROUTE = "berth:index:Route";
const SECRETS = "berth:index:SecretVolume";
const DATABASE = "berth:index:PostgresDatabase";
const BUSY = "traefik:v3.6";
const FOREVER = ["sleep", "3600"];

jest.setTimeout(60_000);
const containers = new Containers("ssh");
let sshd: Sshd;
let provider: ProviderClient;
let onEngine: ProviderClient;
let router: TestRouter | undefined;

beforeAll(async () => {
    sshd = await startSshd();
    onEngine = await providerOnEngine();
    provider = await ProviderClient.start();
    await provider.configure(sshd.host, sshd.sshOpts);
}, 300_000);

afterAll(async () => {
    provider.close();
    await containers.removeAll();
    await router?.removeFiles();
    onEngine.close();
    await sshd.stop();
});

/** A router, with files that its engine got by the short way. */
async function startRouter(): Promise<TestRouter> {
    router = await TestRouter.start(containers, onEngine, { logLevel: "INFO" });
    return router;
}

/** Ids of the processes of this server's clients. */
function clients(): number[] {
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .filter((id) => {
            try {
                return readFileSync(`/proc/${id}/cmdline`, "utf8").startsWith("ssh\0") && commandOf(id);
            } catch {
                return false;
            }
        })
        .map(Number);
}

function commandOf(id: string): boolean {
    return readFileSync(`/proc/${id}/cmdline`, "utf8").includes(sshd.folder);
}

describe("over SSH", () => {
    it("a container is waited for", async () => {
        const container = await containers.start(BUSY, { Cmd: FOREVER, HostConfig: { Init: true } });
        const inputs = { container: container.id, command: ["true"], timeoutSeconds: 50 };
        expect((await provider.create(READY, inputs)).id).toBe(container.id);
        expect((await provider.read(READY, container.id, inputs)).id).toBe(container.id);
    });

    it("a job runs to its end, and tells all that it writes though its connection drops", async () => {
        const engine = await EngineStandIn.start();
        const own = await ProviderClient.start(undefined, engine.address);
        await own.configure(sshd.host, sshd.sshOpts);
        const name = containers.uniqueName();
        const script = "echo started; until [ -f /tmp/go ]; do sleep 0.05; done; echo done";
        const job = { name, image: "node:20-slim", command: ["sh", "-c", script], networks: ["bridge"] };
        const created = own.create(JOB, { ...job, timeoutSeconds: 3600 });
        await engine.hears("started");
        clients().forEach((id) => process.kill(id));
        await exec(containers.docker.getContainer(name), ["touch", "/tmp/go"]);
        expect((await created).id).toBe(name);
        expect(engine.lines).toEqual(["started", "done"]);
        await own.delete(JOB, name, job);
        own.close();
        engine.close();
    });

    it("a container that exits fails at once, with its log", async () => {
        const container = await containers.start(BUSY, {
            Cmd: ["sh", "-c", "echo no database; until [ -f /go ]; do sleep 0.05; done; exit 9"],
        });
        const command = ["sh", "-c", "touch /go; exit 1"];
        await expect(
            provider.create(READY, { container: container.id, command, timeoutSeconds: 3600 }),
        ).rejects.toThrow(/exited with code 9.*\nThe last lines of its log:\n {2}\| no database$/);
    });

    it("secrets are put into a volume, and taken away", async () => {
        const inputs = {
            prefix: containers.uniqueName(),
            image: BUSY,
            files: secret({ key: "of the house" }),
        };
        const { id, state } = await provider.create(SECRETS, inputs);
        try {
            const reader = await containers.docker.createContainer({
                Image: BUSY,
                Cmd: ["cat", "/run/secrets/key"],
                HostConfig: { Binds: [`${id}:/run/secrets:ro`] },
            });
            await reader.start();
            await reader.wait();
            const log = await logs(reader);
            await reader.remove();
            expect(log).toBe("of the house");
        } finally {
            await provider.delete(SECRETS, id, state);
        }
        expect((await provider.read(SECRETS, id, state)).id).toBe("");
    });

    it("a database is made", async () => {
        const server = await containers.start("postgres:16", { Env: ["POSTGRES_PASSWORD=of-the-superuser"] });
        const command = ["pg_isready", "-h", "127.0.0.1", "-U", "postgres"];
        await provider.create(READY, { container: server.id, command, timeoutSeconds: 50 });
        const inputs = { server: server.id, database: "far", user: "far", password: secret("away") };
        await provider.create(DATABASE, inputs);
        const login = ["psql", "-h", "127.0.0.1", "-U", "far", "-Atc", "SELECT current_user"];
        expect(await exec(server, login, { env: ["PGPASSWORD=away"] })).toEqual({ code: 0, output: "far\n" });
        expect((await provider.read(DATABASE, "far", inputs)).id).toBe("far");
    });

    it("routes are made and taken away, many at the same time", async () => {
        const { container: router } = await startRouter();
        const server = await containers.start(BUSY, { Cmd: FOREVER, HostConfig: { Init: true } });
        const name = (await server.inspect()).Name.slice(1);
        const routes = Array.from({ length: 8 }, (_, index) => ({
            router: router.id,
            app: `app-${index}`,
            routes: [{ host: `app-${index}.example`, entryPoint: "web" }],
            servers: [`http://${name}:8080`],
        }));
        const made = await Promise.all(routes.map((inputs) => provider.create(ROUTE, inputs)));
        expect(made.map(({ id }) => id)).toEqual(routes.map(({ app }) => app));
        const services = ["wget", "-q", "-O", "-", "http://127.0.0.1:8080/api/http/routers/app-7@file"];
        expect((await exec(router, services)).output).toContain('"status":"enabled"');
        await Promise.all(made.map(({ id, state }) => provider.delete(ROUTE, id, state)));
        expect((await exec(router, ["ls", "-A", ROUTES_FOLDER])).output).toBe("shared\n");
    });

    it("many requests at once are all answered, by a server that refuses many logins at once", async () => {
        const container = await containers.start(BUSY, { Cmd: FOREVER, HostConfig: { Init: true } });
        const other = await ProviderClient.start();
        await other.configure(sshd.host, sshd.sshOpts);
        const inputs = { container: container.id, command: ["true"], timeoutSeconds: 50 };
        const all = Array.from({ length: 12 }, () => other.create(READY, inputs));
        expect(new Set((await Promise.all(all)).map(({ id }) => id))).toEqual(new Set([container.id]));
        other.close();
    });
});

describe("requests that are given up before they have a connection", () => {
    it("do not keep others from theirs", async () => {
        const engine = connect(sshd);
        const given = new AbortController();
        const givenUp = Array.from({ length: 8 }, () => engine.getEvents({ abortSignal: given.signal }));
        const waiting = Array.from({ length: 4 }, () => engine.ping());
        given.abort();
        const ends = await Promise.allSettled([...givenUp, ...waiting]);
        disconnect(engine);
        expect(ends.map(({ status }) => status)).toEqual([
            ...Array<string>(8).fill("rejected"),
            ...Array<string>(4).fill("fulfilled"),
        ]);
    });
});

describe("a way that is closed", () => {
    async function failure(host: string, options: readonly string[]): Promise<string> {
        const other = await ProviderClient.start();
        await other.configure(host, options);
        const message = await other.read(SECRETS, "any", { prefix: "any" }).then(
            () => "it was open",
            (error: unknown) => (error as Error).message,
        );
        other.close();
        return message;
    }

    it("is an error with ssh's own words", async () => {
        expect(await failure(sshd.host, sshd.strangerOpts)).toMatch(
            /^ssh ended with 255: .*Permission denied \(publickey\)/,
        );
        expect(await failure(sshd.host, ["-o", "UserKnownHostsFile=/dev/null", ...sshd.sshOpts])).toMatch(
            /^ssh ended with 255: [^]*Host key verification failed/,
        );
        expect(await failure("ssh://127.0.0.1:1", sshd.sshOpts)).toMatch(
            /^ssh ended with 255: .*Connection refused/,
        );
    });

    it("ends what waits for it when it breaks", async () => {
        const container = await containers.start(BUSY, { Cmd: FOREVER, HostConfig: { Init: true } });
        const other = await ProviderClient.start();
        const own = ["-o", "SendEnv=BERTH_TEST_BREAKS"];
        await other.configure(sshd.host, [...own, ...sshd.sshOpts]);
        const command = ["sh", "-c", "touch /tmp/asked; exit 1"];
        const waiting = expect(
            other.create(READY, { container: container.id, command, timeoutSeconds: 3600 }),
        ).rejects.toThrow(/^(ssh ended with|socket hang up|aborted)/);
        await until(
            async () => (await exec(container, ["ls", "/tmp/asked"])).code === 0,
            () => Promise.resolve("nobody asked"),
        );
        const broken = clients().filter((id) =>
            readFileSync(`/proc/${id}/cmdline`, "utf8").includes("BERTH_TEST_BREAKS"),
        );
        expect(broken.length).toBeGreaterThan(0);
        broken.forEach((id) => process.kill(id));
        await waiting;
        other.close();
    });

    it("leaves no ssh behind", async () => {
        const other = await ProviderClient.start();
        await other.configure(sshd.host, sshd.sshOpts);
        const container = await containers.start(BUSY, { Cmd: FOREVER, HostConfig: { Init: true } });
        const inputs = { container: container.id, command: ["false"], timeoutSeconds: 1 };
        await expect(other.create(READY, inputs)).rejects.toThrow("did not answer within 1 s");
        expect(clients().length).toBeGreaterThan(0);
        other.close();
        provider.close();
        await until(
            () => Promise.resolve(clients().length === 0),
            () => Promise.resolve(`ssh: ${clients().join(", ")}`),
        );
    });
});
