import type Docker from "dockerode";
import { Containers, exec, until } from "../support/containers";
import { answering, createNetwork, providerOnEngine } from "../support/onEngine";
import { ProviderClient, Values } from "../support/providerClient";

const READY = "berth:index:Ready";
// It has what the container that asks needs: a shell, wget and timeout.
const ASKER = "traefik:v3.6";
const NODE = "node:20-slim";
/** Longer than any test may last: whoever waits for it fails. */
const NEVER = 3600;

jest.setTimeout(60_000);
const containers = new Containers("ready");
const images: string[] = [];
let network: Awaited<ReturnType<typeof createNetwork>>;
let asker: Docker.Container;
let provider: ProviderClient;

beforeAll(async () => {
    provider = await providerOnEngine();
    network = await createNetwork(containers);
    asker = await start(ASKER, ["sleep", String(NEVER)]);
});

afterAll(async () => {
    provider.close();
    await containers.removeAll();
    await Promise.all(images.map((id) => containers.docker.getImage(id).remove({ force: true })));
    await network.remove();
});

function start(image: string, command: string[], host: Docker.HostConfig = {}): Promise<Docker.Container> {
    return containers.start(image, {
        Cmd: command,
        HostConfig: { NetworkMode: network.name, Init: true, ...host },
    });
}

async function nameOf(container: Docker.Container): Promise<string> {
    return (await container.inspect()).Name.slice(1);
}

/** What a failure begins with: which container, and of which image. */
async function subjectOf(container: Docker.Container): Promise<string> {
    const { Config } = await container.inspect();
    return `${await nameOf(container)} (image ${Config.Image})`;
}

/** Asked over the network, by the asking container. */
async function byUrl(container: Docker.Container, timeoutSeconds = NEVER): Promise<Values> {
    return {
        container: container.id,
        url: `http://${await nameOf(container)}:3000/`,
        from: asker.id,
        timeoutSeconds,
    };
}

function byCommand(container: Docker.Container, command: string[], timeoutSeconds = NEVER): Values {
    return { container: container.id, command, timeoutSeconds };
}

async function failure(inputs: Values): Promise<string> {
    return await provider.create(READY, inputs).then(
        () => "it was ready",
        (error: unknown) => (error as Error).message,
    );
}

describe("a container that answers", () => {
    it("by a URL, asked from another container", async () => {
        const container = await start(NODE, answering("hello"));
        const inputs = await byUrl(container);
        expect(await provider.create(READY, inputs)).toEqual({ id: container.id, state: inputs });
    });

    it("by a command of its own, even if not at first", async () => {
        const container = await start(ASKER, ["sleep", String(NEVER)]);
        const third = "echo again >> /tmp/asked; test $(grep -c again /tmp/asked) -ge 3";
        await provider.create(READY, byCommand(container, ["sh", "-c", third]));
        expect((await exec(container, ["cat", "/tmp/asked"])).output).toBe("again\n".repeat(3));
    });

    it("is waited for again by an update", async () => {
        const container = await start(ASKER, ["sleep", String(NEVER)]);
        const [good, bad] = [byCommand(container, ["true"]), byCommand(container, ["false"], 1)];
        const { id } = await provider.create(READY, good);
        await expect(provider.update(READY, id, good, bad)).rejects.toThrow("did not answer within 1 s");
        expect(await provider.update(READY, id, bad, good)).toEqual(good);
    });
});

describe("a container that has to be steady", () => {
    it("is ready when it has answered for that long, a bad answer in between makes it begin again", async () => {
        const container = await start(ASKER, ["sleep", String(NEVER)]);
        // Good, bad, then good for ever.
        const count = "echo >> /tmp/asked; test $(wc -l < /tmp/asked) -ne 2";
        const inputs = { ...byCommand(container, ["sh", "-c", count]), settleSeconds: 1 };
        expect((await provider.create(READY, inputs)).id).toBe(container.id);
        const { output } = await exec(container, ["wc", "-l", "/tmp/asked"]);
        expect(Number.parseInt(output, 10)).toBeGreaterThan(3);
    });

    it("fails at once when it ends soon after it answered", async () => {
        const container = await start(ASKER, [
            "sh",
            "-c",
            "until [ -f /tmp/asked ]; do sleep 0.05; done; exit 7",
        ]);
        const inputs = { ...byCommand(container, ["touch", "/tmp/asked"]), settleSeconds: NEVER };
        expect(await failure(inputs)).toBe(
            `${await subjectOf(container)} exited with code 7\nIt wrote no log.`,
        );
    });

    it("fails when the time is over, and says that it did answer", async () => {
        const container = await start(ASKER, ["sleep", String(NEVER)]);
        const once = "test -f /tmp/asked && echo red && exit 1; touch /tmp/asked";
        const inputs = { ...byCommand(container, ["sh", "-c", once], 6), settleSeconds: 1 };
        expect(await failure(inputs)).toContain("answered, but not for long: not ready within 6 s (red)");
    });

    it("without a question, too: it has to go on running", async () => {
        const container = await start(ASKER, ["sh", "-c", "sleep 0.5; exit 8"]);
        const inputs = { container: container.id, settleSeconds: NEVER, timeoutSeconds: NEVER };
        expect(await failure(inputs)).toContain("exited with code 8");
    });
});

describe("a container that ends", () => {
    it("fails at once with its exit code and its last 50 lines", async () => {
        const lines = "i=0; while [ $i -lt 51 ]; do i=$((i + 1)); echo line-$i; done; exit 3";
        const container = await start(ASKER, ["sh", "-c", lines]);
        const message = await failure(await byUrl(container));
        expect(message).toMatch(
            new RegExp(`^${await nameOf(container)} \\(image .*\\) .*exited with code 3`),
        );
        const logged = Array.from({ length: 50 }, (_, index) => `  | line-${index + 2}`);
        expect(message.split("\n").slice(1)).toEqual(["The last lines of its log:", ...logged]);
    });

    it("fails at once when it ends while it is waited for", async () => {
        const container = await start(ASKER, ["sh", "-c", "until [ -f /go ]; do sleep 0.05; done; exit 5"]);
        // The question itself is what it waits for.
        const message = await failure(byCommand(container, ["sh", "-c", "touch /go; exit 1"]));
        expect(message).toBe(`${await subjectOf(container)} exited with code 5\nIt wrote no log.`);
    });

    it("fails at once when it starts over and over", async () => {
        const container = await start(ASKER, ["sh", "-c", "echo tick; exit 4"], {
            RestartPolicy: { Name: "always" },
        });
        const state = async () => JSON.stringify((await container.inspect()).State);
        await until(async () => (await container.inspect()).RestartCount > 2, state);
        const message = await failure(await byUrl(container));
        expect(message).toMatch(/starts over and over: it exited with code 4|exited with code 4/);
        expect(message).toContain("  | tick");
    });

    it("fails at once when it was killed and removed", async () => {
        const container = await start(ASKER, ["sleep", String(NEVER)]);
        const waiting = failure(byCommand(container, ["sh", "-c", "touch /tmp/asked; exit 1"]));
        await until(
            async () => (await exec(container, ["ls", "/tmp/asked"])).code === 0,
            () => Promise.resolve("nobody asked"),
        );
        const subject = await subjectOf(container);
        await container.kill();
        expect(await waiting).toBe(`${subject} exited with code 137\nIt wrote no log.`);
    });

    it("tells the reason and the end of a log that is too long to be told", async () => {
        const script = `for (let i = 1; i <= 50; i++) console.log(String(i), "é".repeat(20_000)); console.log("the end");
            process.exitCode = 6`;
        const message = await failure(await byUrl(await start(NODE, ["node", "-e", script])));
        expect(message).toMatch(/exited with code 6/);
        expect(message).toMatch(/\[…\][^]*\n {2}\| the end$/);
    });
});

describe("a container that never answers", () => {
    it("fails when the time is over, with its log and what came instead of an answer", async () => {
        const container = await start(ASKER, ["sh", "-c", "echo up but mute; sleep 3600"]);
        const message = await failure(byCommand(container, ["sh", "-c", "echo no such table; exit 1"], 4));
        expect(message).toBe(
            `${await subjectOf(container)} did not answer within 4 s (no such table)\n` +
                "The last lines of its log:\n  | up but mute",
        );
    });

    it("leaves nothing that asks on behind", async () => {
        const container = await start(ASKER, ["sleep", String(NEVER)]);
        expect(await failure(await byUrl(container, 1))).toContain("did not answer within 1 s");
        const processes = async () =>
            JSON.stringify(((await asker.top()) as { Processes: unknown }).Processes);
        await until(async () => !/wget|timeout/.test(await processes()), processes);
    });

    it("is not waited for any longer when the update is cancelled", async () => {
        const own = await providerOnEngine();
        const container = await start(ASKER, ["sleep", String(NEVER)]);
        const inputs = byCommand(container, ["sh", "-c", "touch /tmp/asked; exit 1"]);
        const waiting = expect(own.create(READY, inputs)).rejects.toThrow(
            `${await subjectOf(container)} did not answer before the update was cancelled`,
        );
        await until(
            async () => (await exec(container, ["ls", "/tmp/asked"])).code === 0,
            () => Promise.resolve("nobody asked"),
        );
        await own.cancel();
        await waiting;
        own.close();
    });
});

describe("a container that nobody asks", () => {
    it("is ready while it runs", async () => {
        const container = await start(ASKER, ["sleep", String(NEVER)]);
        const inputs = { container: container.id, timeoutSeconds: NEVER };
        expect(await provider.create(READY, inputs)).toEqual({ id: container.id, state: inputs });
    });

    it("fails at once when it has ended, with its log", async () => {
        const container = await start(ASKER, ["sh", "-c", "echo no licence; exit 7"]);
        await container.wait();
        expect(await failure({ container: container.id, timeoutSeconds: NEVER })).toBe(
            `${await subjectOf(container)} does not run: it exited with code 7\n` +
                "The last lines of its log:\n  | no licence",
        );
    });
});

describe("a container that must not run as root", () => {
    const ROOT = "would run as root: give the image a USER, or the app a `user` that it can run as";

    async function asUser(User: string | undefined, image = NODE): Promise<string> {
        const container = await containers.start(image, {
            User,
            Cmd: ["sleep", String(NEVER)],
            HostConfig: { Init: true },
        });
        const message = await failure({ container: container.id, refuseRoot: true, timeoutSeconds: NEVER });
        return message.replace(`${await subjectOf(container)} `, "");
    }

    it.each([undefined, "root", "0", "0:1000", "root:node", "00"])("fails as %j", async (user) => {
        expect(await asUser(user)).toBe(`${ROOT}\nIt wrote no log.`);
    });

    it.each(["node", "1000", "1000:0", "65532:65532"])("is ready as %j", async (user) => {
        expect(await asUser(user)).toBe("it was ready");
    });

    it("is judged by the user of its image, whatever name root has there", async () => {
        const container = await containers.start(NODE, {
            Cmd: ["sh", "-c", "echo admin:x:0:0::/:/bin/sh >> /etc/passwd"],
        });
        await container.wait();
        const image = async (user: string) =>
            ((await container.commit({ changes: `USER ${user}` })) as { Id: string }).Id;
        images.push(await image("admin"), await image("node"));
        const found = await Promise.all(images.map((each) => asUser(undefined, each)));
        expect(found).toEqual([`${ROOT}\nIt wrote no log.`, "it was ready"]);
    });

    it("may be root where nobody minds", async () => {
        const container = await start(ASKER, ["sleep", String(NEVER)]);
        const inputs = { container: container.id, refuseRoot: false, timeoutSeconds: NEVER };
        expect((await provider.create(READY, inputs)).id).toBe(container.id);
    });
});

describe("a container that is not there", () => {
    it("is an error that says so, for the one that is waited for and for the one that asks", async () => {
        const inputs = byCommand(asker, ["true"]);
        expect(await failure({ ...inputs, container: "berth-no-such" })).toBe(
            "there is no container berth-no-such",
        );
        const container = await start(ASKER, ["sleep", String(NEVER)]);
        expect(await failure({ ...(await byUrl(container)), from: "berth-no-asker" })).toMatch(
            /^there is no container berth-no-asker to ask for http:/,
        );
    });

    it("is gone for a refresh", async () => {
        const container = await start(ASKER, ["sleep", String(NEVER)]);
        const inputs = byCommand(container, ["true"]);
        const { id } = await provider.create(READY, inputs);
        expect(await provider.read(READY, id, inputs)).toEqual({ id, state: inputs, inputs });
        const gone = { ...inputs, container: "berth-no-such" };
        expect(await provider.read(READY, "berth-no-such", gone)).toEqual({ id: "", state: {}, inputs: {} });
    });

    it("is asked for in vain while the one that asks does not run", async () => {
        const stopped = await containers.create(ASKER, { Cmd: ["true"] });
        const container = await start(ASKER, ["sleep", String(NEVER)]);
        const message = await failure({ ...(await byUrl(container, 4)), from: stopped.id });
        expect(message).toContain(`did not answer within 4 s (${stopped.id} was not running to ask it)`);
    });
});
