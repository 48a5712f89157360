import type Docker from "dockerode";
import { Client } from "pg";
import { Containers, exec, logs, until } from "../support/containers";
import { eventsDuring, providerOnEngine } from "../support/onEngine";
import { ProviderClient, secret, Values } from "../support/providerClient";

const DATABASE = "berth:index:PostgresDatabase";

jest.setTimeout(60_000);
const containers = new Containers("database");
let provider: ProviderClient;
let server: Docker.Container;
let port: number;
/** Every password that was used: none of them may ever show up anywhere. */
const passwords: string[] = [];

beforeAll(async () => {
    provider = await providerOnEngine();
    server = await containers.start("postgres:16", {
        Env: ["POSTGRES_PASSWORD=of-the-superuser"],
        // The server says all that it is told.
        Cmd: ["-c", "log_statement=all"],
        HostConfig: { PortBindings: { "5432/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] } },
    });
    await until(
        async () => (await exec(server, ["pg_isready", "-h", "127.0.0.1", "-U", "postgres"])).code === 0,
        () => logs(server),
    );
    const { NetworkSettings } = await server.inspect();
    port = Number(NetworkSettings.Ports["5432/tcp"]?.[0]?.HostPort);
});

afterAll(async () => {
    provider.close();
    await containers.removeAll();
});

function newPassword(): string {
    const password = `p'"\\$%s-${passwords.length}-${Math.random().toString(36).slice(2)}`;
    passwords.push(password);
    return password;
}

function inputsOf(name: string, password: string, more: Values = {}): Values {
    return { server: server.id, database: name, user: name, password: secret(password), ...more };
}

/** Asks over TCP, as an app does. */
async function query(user: string, password: string, sql: string, database = user): Promise<unknown[]> {
    const client = new Client({ host: "127.0.0.1", port, user, password, database });
    await client.connect();
    try {
        return (await client.query<unknown[]>({ text: sql, rowMode: "array" })).rows.flat();
    } finally {
        await client.end();
    }
}

describe("a database", () => {
    it("belongs to its user, who logs in over TCP", async () => {
        const password = newPassword();
        const inputs = inputsOf("owned", password);
        expect(await provider.create(DATABASE, inputs)).toEqual({ id: "owned", state: inputs });
        const owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()";
        expect(await query("owned", password, owner)).toEqual(["owned"]);
        await query("owned", password, "CREATE SCHEMA own");
        const powers =
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles WHERE rolname = 'owned'";
        expect(await query("owned", password, powers)).toEqual([false]);
    });

    it("is adopted when it is there already, with its rows", async () => {
        const password = newPassword();
        const inputs = inputsOf("adopted", password);
        await provider.create(DATABASE, inputs);
        await query("adopted", password, "CREATE TABLE things AS SELECT 42 AS id");
        expect(await provider.create(DATABASE, inputs)).toEqual({ id: "adopted", state: inputs });
        expect(await query("adopted", password, "SELECT id FROM things")).toEqual([42]);
    });

    it("takes a new password at once, and the old one no more", async () => {
        const [before, after] = [newPassword(), newPassword()];
        const { id, state } = await provider.create(DATABASE, inputsOf("rotated", before));
        const inputs = inputsOf("rotated", after);
        expect(await provider.update(DATABASE, id, state, inputs)).toEqual(inputs);
        expect(await query("rotated", after, "SELECT 1")).toEqual([1]);
        await expect(query("rotated", before, "SELECT 1")).rejects.toThrow("password authentication failed");
    });

    it("lets no other user in", async () => {
        const password = newPassword();
        await provider.create(DATABASE, inputsOf("guest", password));
        await provider.create(DATABASE, inputsOf("host", newPassword()));
        await expect(query("guest", password, "SELECT 1", "host")).rejects.toThrow(
            'permission denied for database "host"',
        );
    });

    it("may have characters in its password that are not ASCII", async () => {
        const password = `${newPassword()}-ünïcödé-Ⅸ`;
        await provider.create(DATABASE, inputsOf("words", password));
        const overSocket = ["psql", "-h", "127.0.0.1", "-U", "words", "-Atc", "SELECT 'in'"];
        expect(await exec(server, overSocket, { env: [`PGPASSWORD=${password}`] })).toEqual({
            code: 0,
            output: "in\n",
        });
    });

    it("is made beside others at the same time, also for the same user", async () => {
        const password = newPassword();
        const names = ["one", "two", "three", "four", "five"];
        await Promise.all(
            names.map((database) =>
                provider.create(DATABASE, inputsOf(database, password, { user: "shared" })),
            ),
        );
        for (const database of names) {
            expect(await query("shared", password, "SELECT 1", database)).toEqual([1]);
        }
    });

    it("is dropped by nothing that Pulumi does", async () => {
        const password = newPassword();
        const { id, state } = await provider.create(DATABASE, inputsOf("kept", password));
        await provider.delete(DATABASE, id, state);
        expect(await query("kept", password, "SELECT 1")).toEqual([1]);
    });

    it("is found by a refresh, and missed when it is gone", async () => {
        const { id, state } = await provider.create(DATABASE, inputsOf("found", newPassword()));
        const read = await provider.read(DATABASE, id, state);
        expect(read).toEqual({ id, state, inputs: state });
        const gone = { id: "", state: {}, inputs: {} };
        expect(await provider.read(DATABASE, "missing", { ...state, database: "missing" })).toEqual(gone);
        expect(await provider.read(DATABASE, id, { ...state, server: "berth-no-such" })).toEqual(gone);
    });
});

describe("a database that can't be made", () => {
    it("fails with the server's own words", async () => {
        await expect(provider.create(DATABASE, inputsOf("pg_thing", newPassword()))).rejects.toThrow(
            /^could not set up the database "pg_thing": ERROR: {2}role name "pg_thing" is reserved/,
        );
        // A role that is there: what fails is the statement about the password.
        await expect(provider.create(DATABASE, inputsOf("pg_monitor", newPassword()))).rejects.toThrow(
            /^could not set up the database "pg_monitor": ERROR: {2}role name "pg_monitor" is reserved/,
        );
    });

    it("fails while the server does not run; a refresh believes what is recorded", async () => {
        const stopped = await containers.create("postgres:16");
        const inputs = inputsOf("early", newPassword(), { server: stopped.id });
        await expect(provider.create(DATABASE, inputs)).rejects.toThrow("is not running");
        expect((await provider.read(DATABASE, "early", inputs)).id).toBe("early");
    });

    it("is never one of the server's own", async () => {
        const { failures } = await provider.check(DATABASE, inputsOf("postgres", "p"));
        expect(failures).toEqual([
            'database: "postgres" is the server\'s own',
            'user: "postgres" is the server\'s own',
        ]);
    });
});

describe("passwords", () => {
    it("stand neither in the server's log nor in what the engine tells of commands", async () => {
        const password = newPassword();
        const inputs = inputsOf("discreet", password);
        const events = await eventsDuring(containers, async () => {
            await provider.create(DATABASE, inputs);
            await expect(provider.create(DATABASE, { ...inputs, user: "pg_monitor" })).rejects.toThrow(
                "reserved",
            );
        });

        const log = await logs(server);
        expect(log).toContain(`ALTER ROLE "discreet" WITH LOGIN PASSWORD 'SCRAM-SHA-256`);
        const told = events
            .filter(({ Actor }) => Actor.ID === server.id)
            .map((event) => JSON.stringify(event))
            .join("\n");
        expect(told).toContain("exec_create: sh -c printf");
        for (const each of passwords) {
            const plain = each.slice(-8);
            expect(log).not.toContain(plain);
            expect(told).not.toContain(plain);
        }
        expect(told).not.toContain("SCRAM");
    });
});
