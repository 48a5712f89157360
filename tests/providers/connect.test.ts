import { bareHost, sshArguments } from "../../providers/engine/dialStdio";
import { connect, isConflict, isNotFound } from "../../providers/engine/connect";

describe("the way to an engine", () => {
    const before = process.env.DOCKER_HOST;
    afterEach(() => {
        if (before === undefined) {
            delete process.env.DOCKER_HOST;
        } else {
            process.env.DOCKER_HOST = before;
        }
    });

    it.each(["tcp://192.0.2.1:1", "ssh://nobody@192.0.2.1", "unix:///elsewhere.sock"])(
        "is the one that was asked for, whatever the environment says: %s",
        async (host) => {
            process.env.DOCKER_HOST = host;
            const engine = connect({ host: "unix:///nowhere/with%20space.sock", sshOpts: [] });
            await expect(engine.ping()).rejects.toThrow("connect ENOENT /nowhere/with space.sock");
            const overTcp = connect({ host: "tcp://127.0.0.1:1", sshOpts: [] });
            await expect(overTcp.ping()).rejects.toThrow("connect ECONNREFUSED 127.0.0.1:1");
        },
    );

    it.each(["", "nonsense", "http://a.example", "/var/run/docker.sock"])("is not %j", (host) => {
        expect(() => connect({ host, sshOpts: [] })).toThrow(
            `${host} is no address of a Docker engine: it starts with unix://, ssh:// or tcp://`,
        );
    });

    it("is told from its answers", () => {
        const answer = (statusCode: number): Error => Object.assign(new Error("refused"), { statusCode });
        expect([answer(404), answer(409), new Error("else"), undefined].map(isNotFound)).toEqual([
            true,
            false,
            false,
            false,
        ]);
        expect([answer(404), answer(409)].map(isConflict)).toEqual([false, true]);
    });
});

describe("the command line of ssh", () => {
    const defaults = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=15"];
    const remote = ["docker", "system", "dial-stdio"];

    it.each([
        ["ssh://host.example", [], ["--", "host.example"]],
        ["ssh://me@host.example:2222", [], ["-l", "me", "-p", "2222", "--", "host.example"]],
        ["ssh://a%40b@[::1]:22", [], ["-l", "a@b", "-p", "22", "--", "::1"]],
    ])("%s", (url, options, expected) => {
        expect(sshArguments(new URL(url), options, remote)).toEqual([...defaults, ...expected, ...remote]);
    });

    it("has the user's own options first: ssh keeps the first value", () => {
        const own = ["-o", "ConnectTimeout=1", "-i", "key file"];
        expect(sshArguments(new URL("ssh://a"), own, remote)).toEqual([
            ...own,
            ...defaults,
            "--",
            "a",
            ...remote,
        ]);
    });

    it("takes no host for an option", () => {
        const line = sshArguments(new URL("ssh://-oProxyCommand=evil"), [], remote);
        expect(line.indexOf("--")).toBe(line.indexOf("-oProxyCommand=evil") - 1);
        expect(bareHost(new URL("ssh://[fe80::1]"))).toBe("fe80::1");
    });
});
