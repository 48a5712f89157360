import type Docker from "dockerode";
import { Containers, exec, logs, until } from "../support/containers";
import { checkContract } from "../support/contract";

const image = "postgres:16";
const dataPath = "/var/lib/postgresql/data";
const containers = new Containers("postgres");

afterAll(() => containers.removeAll(), 60_000);

interface Given {
    env?: string[];
    cmd?: string[];
    user?: string;
    volume?: string;
    /** Files put into the container before it starts, by absolute path. */
    files?: Record<string, string>;
}

/** Containers take their files from a shell that wraps the image's own entrypoint: nothing has to be mounted. */
async function start({ env = [], cmd = [], user, volume, files = {} }: Given): Promise<Docker.Container> {
    const { Config } = await containers.docker.getImage(image).inspect();
    const own = [...((Config.Entrypoint as string[] | null) ?? []), ...(cmd.length > 0 ? cmd : ["postgres"])];
    const write = Object.keys(files).map((path, index) => `printf '%s' "$FILE_${index}" > '${path}'`);
    const contents = Object.values(files).map((text, index) => `FILE_${index}=${text}`);
    const wrapped = ["sh", "-c", [...write, 'exec "$@"'].join(" && "), "sh", ...own];
    return containers.start(image, {
        Env: [...env, ...contents],
        User: user,
        ...(write.length > 0 ? { Entrypoint: wrapped.slice(0, 4), Cmd: wrapped.slice(4) } : { Cmd: cmd }),
        HostConfig: { Binds: volume === undefined ? [] : [`${volume}:${dataPath}`] },
    });
}

/** Started, and answering over TCP, which it does only once the cluster is whole. */
async function started(given: Given, userName = "postgres"): Promise<Docker.Container> {
    const container = await start(given);
    await until(
        async () => {
            const { State } = await container.inspect();
            if (!State.Running) {
                throw new Error(await logs(container));
            }
            return (await exec(container, ["pg_isready", "-h", "127.0.0.1", "-U", userName])).code === 0;
        },
        () => logs(container),
    );
    return container;
}

async function query(
    container: Docker.Container,
    sql: string,
    options: string[] = ["-U", "postgres"],
    env: string[] = [],
): Promise<string> {
    const { code, output } = await exec(container, ["psql", "-XAtq", ...options, "-c", sql], { env });
    if (code !== 0) {
        throw new Error(output);
    }
    return output.trim();
}

const overTcp = ["-h", "127.0.0.1"];
const password = ["POSTGRES_PASSWORD=first"];

checkContract(image, {
    P1: async () => {
        const container = await started({ env: password });
        expect((await exec(container, ["id", "postgres"])).output).toMatch(
            /^uid=999\(postgres\) gid=999\(postgres\)/,
        );
        expect((await containers.docker.getImage(image).inspect()).Config.User).toBe("");
        const status = await exec(container, ["sh", "-c", "grep -E '^(Name|Uid|Gid|CapEff)' /proc/1/status"]);
        expect(status.output.split("\n").map((line) => line.split("\t")[1])).toEqual(
            expect.arrayContaining(["postgres", "999", "0000000000000000"]),
        );
    },
    P2: async () => {
        const { Config } = await containers.docker.getImage(image).inspect();
        expect(Config.Volumes).toEqual({ [dataPath]: {} });
        expect(Config.Env).toContain(`PGDATA=${dataPath}`);
        const volume = await containers.volume();
        // A volume that somebody else's container has written to: its folder belongs to root.
        const prepare = ["sh", "-c", `chown 0:0 ${dataPath} && chmod 755 ${dataPath}`];
        const binds = { Binds: [`${volume}:${dataPath}`] };
        await containers.run(image, { Entrypoint: prepare, HostConfig: binds });
        const container = await started({ env: password, volume });
        expect((await exec(container, ["stat", "-c", "%u:%g %a", dataPath])).output.trim()).toBe(
            "999:999 700",
        );
        expect(await query(container, "show data_directory")).toBe(dataPath);
    },
    P3: async () => {
        const env = ["POSTGRES_USER=quiz master", "POSTGRES_DB=quiz-2", "POSTGRES_PASSWORD=pass'word\\\"$x"];
        const container = await started({ env }, "quiz master");
        const as = [...overTcp, "-U", "quiz master", "-d", "quiz-2"];
        const who = await query(
            container,
            "select current_user, rolsuper from pg_roles where rolname = current_user",
            as,
            ["PGPASSWORD=pass'word\\\"$x"],
        );
        expect(who).toBe("quiz master|t");
    },
    P4: async () => {
        const files = { "/run/password": "from-a-file", "/run/user": "filed", "/run/db": "drawer" };
        const env = [
            "POSTGRES_PASSWORD_FILE=/run/password",
            "POSTGRES_USER_FILE=/run/user",
            "POSTGRES_DB_FILE=/run/db",
        ];
        const container = await started(
            { env, files: { ...files, "/run/password": "from-a-file\n" } },
            "filed",
        );
        const as = [...overTcp, "-U", "filed", "-d", "drawer"];
        expect(await query(container, "select 1", as, ["PGPASSWORD=from-a-file"])).toBe("1");
        const both = await containers.run(image, {
            Env: ["POSTGRES_PASSWORD=x", "POSTGRES_PASSWORD_FILE=/etc/hostname"],
        });
        expect(both.code).not.toBe(0);
        expect(both.output).toContain("POSTGRES_PASSWORD_FILE");
    },
    P5: async () => {
        const { code, output } = await containers.run(image);
        expect(code).toBe(1);
        expect(output).toContain("POSTGRES_PASSWORD");
    },
    P6: async () => {
        const container = await started({ env: password });
        const wrong = exec(container, ["psql", ...overTcp, "-U", "postgres", "-c", "select 1"], {
            env: ["PGPASSWORD=wrong"],
        });
        expect(await wrong).toMatchObject({ code: 2 });
        expect(await query(container, "select 1", ["-h", "/var/run/postgresql", "-U", "postgres"])).toBe("1");
        const { NetworkSettings } = await container.inspect();
        const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "";
        const outside = ["-h", address, "-U", "postgres"];
        await expect(query(container, "select 1", outside, ["PGPASSWORD=wrong"])).rejects.toThrow("password");
        expect(await query(container, "select 1", outside, ["PGPASSWORD=first"])).toBe("1");
        expect(
            await query(container, "select left(rolpassword, 13) from pg_authid where rolname = 'postgres'"),
        ).toBe("SCRAM-SHA-256");
    },
    P7: async () => {
        const folder = "/docker-entrypoint-initdb.d";
        const files = {
            [`${folder}/1.sql`]: "create table steps (name text); insert into steps values ('sql');",
            [`${folder}/2.sh`]: `psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "insert into steps values ('sh')"`,
            [`${folder}/3.txt`]: "not a script",
        };
        const container = await started({ env: [...password, "POSTGRES_DB=app"], files });
        const steps = () =>
            query(container, "select string_agg(name, ',') from steps", ["-U", "postgres", "-d", "app"]);
        expect(await steps()).toBe("sql,sh");
        await container.restart();
        await until(
            async () => (await exec(container, ["pg_isready", "-h", "127.0.0.1"])).code === 0,
            () => logs(container),
        );
        expect(await steps()).toBe("sql,sh");
    },
    P8: async () => {
        const files = {
            "/docker-entrypoint-initdb.d/1.sh":
                "code=0; pg_isready -h 127.0.0.1 || code=$?; echo code-over-tcp=$code; pg_isready -q && echo socket-answers",
        };
        const container = await started({ env: password, files });
        const printed = await logs(container);
        expect(printed).toContain("code-over-tcp=2");
        expect(printed).toContain("socket-answers");
    },
    P9: async () => {
        const container = await started({
            env: [...password, "POSTGRES_INITDB_ARGS=--data-checksums --wal-segsize=1"],
        });
        expect(await query(container, "show data_checksums")).toBe("on");
        expect(await query(container, "show wal_segment_size")).toBe("1MB");
    },
    P10: async () => {
        const volume = await containers.volume();
        const container = await started({ env: password, user: "999:999", volume });
        expect(await query(container, "select 1")).toBe("1");
    },
    P11: async () => {
        const { Config } = await containers.docker.getImage(image).inspect();
        expect((Config as { StopSignal?: string }).StopSignal).toBe("SIGINT");
        const container = await started({ env: password });
        // A session that is open and busy must not hold the stop up.
        const busy = query(container, "select pg_sleep(60)").catch(() => "ended");
        await until(
            async () =>
                (await query(
                    container,
                    "select count(*) from pg_stat_activity where query like '%sleep(60)'",
                )) !== "0",
            () => logs(container),
        );
        await container.stop({ t: 20 });
        expect(await busy).toBe("ended");
        const { State } = await container.inspect();
        expect(State.ExitCode).toBe(0);
        expect(await logs(container)).toMatch(/database system is shut down\s*$/);
    },
    P12: async () => {
        const tools = [
            "psql",
            "pg_isready",
            "pg_dump",
            "pg_dumpall",
            "pg_restore",
            "pg_basebackup",
            "createdb",
        ];
        const command = [
            ...tools.map((tool) => `${tool} --version`),
            "command -v bash",
            "command -v sh",
        ].join(" && ");
        const { code, output } = await containers.run(image, { Entrypoint: ["sh", "-c", command] });
        expect(output.match(/\(PostgreSQL\) 16\./g)).toHaveLength(tools.length);
        expect(code).toBe(0);
    },
    P13: async () => {
        const container = await started({ env: password, cmd: ["-c", "max_connections=42"] });
        expect(await query(container, "show max_connections")).toBe("42");
    },
    P14: async () => {
        const volume = await containers.volume();
        const first = await started({ env: password, volume });
        await query(first, "create table t as select 7 as n");
        await first.stop();
        const second = await started({ env: ["POSTGRES_PASSWORD=other", "POSTGRES_DB=other"], volume });
        const as = [...overTcp, "-U", "postgres"];
        expect(await query(second, "select n from t", as, ["PGPASSWORD=first"])).toBe("7");
        expect(await query(second, "select count(*) from pg_database where datname = 'other'")).toBe("0");
    },
    P15: async () => {
        const container = await started({ env: password });
        expect(await query(container, "show server_encoding")).toBe("UTF8");
        const order = "select string_agg(v, ' ' order by v) from unnest(array['b','A','a','B','ä']) v";
        expect(await query(container, order)).toBe("a A ä b B");
    },
});

test("a container that is killed while it makes the cluster leaves nothing that the next start trips over", async () => {
    const volume = await containers.volume();
    const slow = { "/docker-entrypoint-initdb.d/1.sh": "echo half-way; sleep 600" };
    const first = await start({ env: password, volume, files: slow });
    await until(
        async () => (await logs(first)).includes("half-way"),
        () => logs(first),
    );
    await first.kill();
    const second = await started({ env: ["POSTGRES_PASSWORD=second", "POSTGRES_DB=app"], volume });
    const as = [...overTcp, "-U", "postgres", "-d", "app"];
    expect(await query(second, "select 1", as, ["PGPASSWORD=second"])).toBe("1");
}, 60_000);
