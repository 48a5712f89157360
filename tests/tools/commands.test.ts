import { execFileSync } from "node:child_process";
import http from "node:http";
import net, { AddressInfo } from "node:net";
import { parse } from "../../tools/arguments";
import { exportLines } from "../../tools/commands/env";
import { checkHealth } from "../../tools/health";
import { stackName } from "../../tools/pulumi";
import { variablesFor } from "../../tools/setup";
import { requireRoom } from "../../tools/setup/disk";
import { usualHosts } from "../../tools/setup/docker";
import { knownCause } from "../../tools/setup/errors";
import { isOlder } from "../../tools/setup/go";
import { listenerOf } from "../../tools/setup/ports";
import { healthTable } from "../../tools/table";

test("export lines give a shell the very values", () => {
    const value = `it's $HOME "and" \\ more\nlines`;
    const script = `${exportLines({ ODD: value, PLAIN: "x" })}printf '%s|%s' "$ODD" "$PLAIN"`;
    expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(`${value}|x`);
});

test("the passphrase's file is named unless the user has one", () => {
    const engine = { host: undefined };
    expect(Object.keys(variablesFor("online", engine, {}))).toEqual([
        "PULUMI_SKIP_UPDATE_CHECK",
        "PULUMI_CONFIG_PASSPHRASE_FILE",
    ]);
    expect(Object.keys(variablesFor("online", engine, { PULUMI_CONFIG_PASSPHRASE: "" }))).toEqual([
        "PULUMI_SKIP_UPDATE_CHECK",
    ]);
    expect(Object.keys(variablesFor("air-gapped", { host: "unix:///run/other.sock" }, {}))).toEqual([
        "PULUMI_SKIP_UPDATE_CHECK",
        "PULUMI_CONFIG_PASSPHRASE_FILE",
        "DOCKER_HOST",
        "PULUMI_HOME",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
    ]);
});

test("arguments mean the same with and without npm's dashes", () => {
    const known = { flags: ["--volumes"], values: ["-s"], rest: true };
    for (const args of [
        ["--volumes", "-s", "x", "--target", "y"],
        ["--", "--volumes", "-s", "x", "--target", "y"],
    ]) {
        const { flags, values, rest } = parse(args, "help", known);
        expect([[...flags], [...values], rest]).toEqual([["--volumes"], [["-s", "x"]], ["--target", "y"]]);
    }
    expect(() => parse(["--nonsense"], "help")).toThrow('There is no option or word "--nonsense".');
    expect(() => parse(["-s"], "help", known)).toThrow("-s needs a value.");
});

test("the stack is the one named, then BERTH_STACK's, then dev", () => {
    expect(stackName(new Map([["-s", "a"]]), { BERTH_STACK: "b" })).toBe("a");
    expect(stackName(new Map(), { BERTH_STACK: "b" })).toBe("b");
    expect(stackName(new Map(), {})).toBe("dev");
});

test("Go's versions are compared by number", () => {
    expect(isOlder("go1.24.9", "1.25.1")).toBe(true);
    expect(isOlder("go1.25", "1.25.1")).toBe(true);
    expect(isOlder("go1.25.11", "1.25.1")).toBe(false);
    expect(isOlder("go1.26.0", "1.25.1")).toBe(false);
    expect(isOlder("devel +abc", "1.25.1")).toBe(false);
});

test.each([
    ["write /x: no space left on device", "The disk is full."],
    ["E: Could not get lock /var/lib/dpkg/lock-frontend", "Another program holds apt's lock."],
    ["dial tcp: lookup example.test: no such host", "A package registry cannot be reached."],
    [
        "verifying module: checksum mismatch",
        "A download is not what this project was made with: its checksum differs.",
    ],
])("what %s means", (output, problem) => {
    expect(knownCause(output)?.problem).toBe(problem);
});

test("an unknown failure is not given a wrong name", () => {
    expect(knownCause("undefined: foo")).toBeUndefined();
});

test("room is counted by disk", () => {
    const needs = [
        { folder: "/tmp/berth-not-there/a", mb: 600 },
        { folder: "/tmp", mb: 600 },
    ];
    expect(() => {
        requireRoom(needs, () => 1000);
    }).toThrow("Set-up needs about 1.2 GB and the disk of /tmp has 1.0 GB left.");
    requireRoom(needs, () => 1200);
    requireRoom([], () => 0);
});

test("the docker command's own context comes before the usual sockets", () => {
    const hosts = usualHosts({ HOME: "/home/somebody", XDG_RUNTIME_DIR: "/run/user/7" });
    expect(hosts).toEqual([
        "unix:///var/run/docker.sock",
        "unix:///run/user/7/docker.sock",
        "unix:///home/somebody/.docker/run/docker.sock",
        "unix:///home/somebody/.docker/desktop/docker.sock",
    ]);
});

test("who listens on a port is found out", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(listenerOf(port)?.pid).toBe(process.pid);
    await new Promise((resolve) => server.close(resolve));
    expect(listenerOf(port)).toBeUndefined();
});

describe("health checks", () => {
    const hosts: (string | undefined)[] = [];
    let calls = 0;
    const server = http.createServer((request, response) => {
        hosts.push(request.headers.host);
        calls += 1;
        // The second app needs a moment.
        const good = request.url === "/good" || (request.url === "/late" && calls > 3);
        response.writeHead(good ? 200 : 503).end();
    });
    server.on("upgrade", (_, socket) => {
        socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    });
    let port: number;

    beforeAll(async () => {
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        port = (server.address() as AddressInfo).port;
    });
    afterAll(() => new Promise((resolve) => server.close(resolve)));

    test("go through the router, are tried again, and end in a table", async () => {
        const origin = `http://quiz.localhost:${port}`;
        const apps = await checkHealth(
            {
                quiz: {
                    apps: {
                        web: { urls: [`${origin}/`, `${origin}/more`], healthUrl: `${origin}/good` },
                        late: { urls: [`${origin}/l`], healthUrl: `${origin}/late` },
                        ws: { urls: [`${origin}/ws`], healthUrl: `ws://quiz.localhost:${port}/ws` },
                    },
                },
                shop: {
                    apps: {
                        api: { urls: [`${origin}/api`], healthUrl: `${origin}/bad` },
                        worker: { urls: [] },
                    },
                },
            },
            1500,
        );
        expect(new Set(hosts)).toEqual(new Set([`quiz.localhost:${port}`]));
        expect(healthTable(apps).split(String(port)).join("PORT").split("\n")).toEqual([
            "system  app     healthy  URL",
            "──────  ──────  ───────  " + "─".repeat(`${origin}/api  (503)`.length),
            "quiz    web     ✓        http://quiz.localhost:PORT/",
            "                         http://quiz.localhost:PORT/more",
            "        late    ✓        http://quiz.localhost:PORT/l",
            "        ws      ✓        http://quiz.localhost:PORT/ws",
            "shop    api     ✗        http://quiz.localhost:PORT/api  (503)",
            "        worker  –        no route",
        ]);
    });

    test("a router that is not there is named as such", async () => {
        const [app] = await checkHealth(
            { quiz: { apps: { web: { urls: [], healthUrl: "http://quiz.localhost:9/" } } } },
            0,
        );
        expect(app).toMatchObject({ healthy: false, detail: "ECONNREFUSED" });
    });
});
