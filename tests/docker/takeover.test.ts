import type Docker from "dockerode";
import { failureOf } from "../support/callFailure";
import { Containers, until } from "../support/containers";
import { answering, providerOnEngine } from "../support/onEngine";
import { ProviderClient, Values } from "../support/providerClient";
import { eventually, Through } from "../support/through";

const TAKEOVER = "berth:index:Takeover";
const PORT = 18060;
/** What tells one stack's router from all other containers. */
const LABELS = { "berth.stack": `test-${process.pid}`, "berth.part": "proxy" };
const ASK = [
    "node",
    "-e",
    "fetch('http://127.0.0.1:3000').then(() => process.exit(0), () => process.exit(1))",
];

jest.setTimeout(60_000);
const containers = new Containers("takeover");
const through = new Through(PORT);
let provider: ProviderClient;

beforeAll(async () => {
    provider = await providerOnEngine();
});

afterAll(async () => {
    await containers.removeAll();
    provider.close();
});

/** A container on the one port, made and not started. */
function make(command: string[], Labels: Record<string, string> = {}): Promise<Docker.Container> {
    return containers.create("node:20-slim", {
        Cmd: command,
        Labels,
        ExposedPorts: { "3000/tcp": {} },
        HostConfig: { PortBindings: { "3000/tcp": [{ HostIp: "127.0.0.1", HostPort: String(PORT) }] } },
    });
}

function inputsOf(container: Docker.Container): Values {
    return { container: container.id, command: ASK, timeoutSeconds: 20 };
}

async function isRunning(container: Docker.Container): Promise<boolean> {
    return (await container.inspect()).State.Running;
}

describe("a container that takes the place of another", () => {
    it("is started, then the next one in its place, on the same port", async () => {
        const [first, second] = [await make(answering("first")), await make(answering("second"))];
        const { id, state } = await provider.create(TAKEOVER, inputsOf(first));
        expect((await through.get("any")).body).toBe("first");
        await provider.update(TAKEOVER, id, state, inputsOf(second));
        expect((await through.get("any")).body).toBe("second");
        expect(await isRunning(first)).toBe(false);
        // Once more changes nothing.
        await provider.update(TAKEOVER, id, inputsOf(second), inputsOf(second));
        expect(await isRunning(second)).toBe(true);
        await second.stop({ t: 0 });
    });

    it("that is no good goes, and the one before comes back", async () => {
        const [first, broken] = [
            await make(answering("first")),
            await make(["sh", "-c", "echo no such option; exit 2"]),
        ];
        const { id, state } = await provider.create(TAKEOVER, inputsOf(first));
        await expect(provider.update(TAKEOVER, id, state, inputsOf(broken))).rejects.toThrow(
            /^the one before runs again: .* exited with code 2\n.*\n {2}\| no such option$/,
        );
        await eventually(
            () => through.get("any"),
            ({ body }) => body === "first",
        );
        expect(await isRunning(broken)).toBe(false);
        await first.stop({ t: 0 });
    });

    it("that is no good and has none before it is stopped, and says why; the next try finds its ports free", async () => {
        const silent = ["sh", "-c", "echo waiting for nothing; exec sleep 3600"];
        const broken = await make(silent, { ...LABELS, "berth.part": "silent" });
        const impatient = { ...inputsOf(broken), timeoutSeconds: 4 };
        const failure = await failureOf(provider.create(TAKEOVER, impatient));
        expect(failure.message).toMatch(/did not answer within 4 s.*\n.*\n {2}\| waiting for nothing$/);
        expect(await isRunning(broken)).toBe(false);
        const next = await make(answering("next"));
        await provider.create(TAKEOVER, inputsOf(next));
        expect((await through.get("any")).body).toBe("next");
        await next.stop({ t: 0 });
    });

    it("that ran before, and whose question fails now, runs on", async () => {
        const container = await make(answering("only"));
        await provider.create(TAKEOVER, inputsOf(container));
        const asked = { ...inputsOf(container), command: ["false"], timeoutSeconds: 1 };
        await expect(provider.create(TAKEOVER, asked)).rejects.toThrow("did not answer within 1 s");
        expect((await through.get("any")).body).toBe("only");
        await container.stop({ t: 0 });
    });

    it("takes the place of one that no state tells of: whoever made it has failed", async () => {
        const [first, second] = [
            await make(answering("first"), LABELS),
            await make(answering("second"), LABELS),
        ];
        await provider.create(TAKEOVER, inputsOf(first));
        await provider.create(TAKEOVER, inputsOf(second));
        expect((await through.get("any")).body).toBe("second");
        expect(await isRunning(first)).toBe(false);
        await second.stop({ t: 0 });
    });

    it("takes the place of one that is gone", async () => {
        const next = await make(answering("next"));
        const gone = { ...inputsOf(next), container: "berth-no-such" };
        await provider.update(TAKEOVER, "any", gone, inputsOf(next));
        expect((await through.get("any")).body).toBe("next");
        await next.stop({ t: 0 });
    });

    it("is gone for a refresh when somebody has stopped it, and started by the next update", async () => {
        const container = await make(answering("only"));
        const { id, state } = await provider.create(TAKEOVER, inputsOf(container));
        expect((await provider.read(TAKEOVER, id, state)).id).toBe(container.id);
        await container.stop({ t: 0 });
        expect((await provider.read(TAKEOVER, id, state)).id).toBe("");
        await provider.create(TAKEOVER, inputsOf(container));
        await until(
            () => isRunning(container),
            () => Promise.resolve("it does not run"),
        );
        await container.stop({ t: 0 });
    });
});
