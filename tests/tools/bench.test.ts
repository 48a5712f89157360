import { previewFigures } from "../../tools/bench/previewReport";
import { emptyOf, Export, flatten, leavesOf, StateResource } from "../../tools/bench/deployment";
import { registrationsOf } from "../../tools/bench/registrations";
import { alternate, spreadOf } from "../../tools/bench/rounds";
import { withScratch } from "../../tools/bench/scratch";
import { existsSync, statSync } from "node:fs";

const STACK = "urn:pulumi:dev::berth::pulumi:pulumi:Stack::berth-dev";
const APP = "urn:pulumi:dev::berth::berth:index:App::web";
const PROVIDER = "urn:pulumi:dev::berth::berth:index:App$pulumi:providers:docker::engine";
const DEFAULT = "urn:pulumi:dev::berth::pulumi:providers:random::default_4_21_2";
const CONTAINER = "urn:pulumi:dev::berth::berth:index:App$docker:index/container:Container::web-1";
const PASSWORD = "urn:pulumi:dev::berth::random:index/randomPassword:RandomPassword::key";
const secret = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
});

const RESOURCES: StateResource[] = [
    { urn: STACK, type: "pulumi:pulumi:Stack", custom: false, outputs: { systems: {} } },
    { urn: DEFAULT, type: "pulumi:providers:random", custom: true, id: "d", inputs: { version: "4.21.2" } },
    { urn: APP, type: "berth:index:App", custom: false, parent: STACK },
    {
        urn: PROVIDER,
        type: "pulumi:providers:docker",
        custom: true,
        id: "p",
        parent: APP,
        inputs: { __internal: {}, host: "unix:///sock", version: "5.2.0" },
    },
    {
        urn: PASSWORD,
        type: "random:index/randomPassword:RandomPassword",
        custom: true,
        id: "none",
        parent: STACK,
        provider: `${DEFAULT}::d`,
        protect: true,
        inputs: { length: 32 },
    },
    {
        urn: CONTAINER,
        type: "docker:index/container:Container",
        custom: true,
        id: "c",
        parent: APP,
        provider: `${PROVIDER}::p`,
        dependencies: [PASSWORD, APP],
        propertyDependencies: { envs: [PASSWORD, APP], image: [] },
        additionalSecretOutputs: ["envs"],
        sourcePosition: "project:///index.ts#1,1",
        inputs: {
            __defaults: ["name"],
            name: "berth-dev-web-1-1234567",
            image: "web:1",
            envs: [secret("KEY=hush")],
            healthcheck: { __defaults: ["retries"], retries: 3, tests: ["CMD", "true"] },
        },
    },
];
const EXPORT: Export = {
    version: 3,
    deployment: { manifest: { magic: "m" }, secrets_providers: { type: "passphrase" }, resources: RESOURCES },
};

describe("the leaves of a state", () => {
    it("are what the program registers itself and a provider stands behind", () => {
        expect(leavesOf(EXPORT).map(({ urn }) => urn)).toEqual([PROVIDER, PASSWORD, CONTAINER]);
    });
});

describe("a flattened state", () => {
    const target = { project: "bench", stack: "bare" };
    const flat = flatten(EXPORT, target).deployment;
    const urn = (type: string, name: string) => `urn:pulumi:bare::bench::${type}::${name}`;
    const stack = urn("pulumi:pulumi:Stack", "bench-bare");

    it("has no components: all resources stand below the stack, and default providers below nothing", () => {
        expect(flat.resources?.map((each) => [each.urn, each.parent])).toEqual([
            [stack, undefined],
            [urn("pulumi:providers:random", "default_4_21_2"), undefined],
            [urn("pulumi:providers:docker", "engine"), stack],
            [urn("random:index/randomPassword:RandomPassword", "key"), stack],
            [urn("docker:index/container:Container", "web-1"), stack],
        ]);
    });

    it("names others by their new URNs, and components no more", () => {
        const container = flat.resources?.at(-1);
        const password = urn("random:index/randomPassword:RandomPassword", "key");
        expect(container).toMatchObject({
            provider: `${urn("pulumi:providers:docker", "engine")}::p`,
            dependencies: [password],
            propertyDependencies: { envs: [password], image: [] },
            inputs: RESOURCES.at(-1)?.inputs,
        });
        expect(container).not.toHaveProperty("sourcePosition");
    });

    it("names no way to decrypt: its new stack has its own", () => {
        expect(flat).not.toHaveProperty("secrets_providers");
    });

    it("refuses what would be one resource then", () => {
        const twin: StateResource = {
            urn: CONTAINER.replace("App$", "Job$"),
            type: "docker:index/container:Container",
            custom: true,
        };
        const twins = { ...EXPORT, deployment: { ...EXPORT.deployment, resources: [...RESOURCES, twin] } };
        expect(() => flatten(twins, target)).toThrow("two resources have the same type and name");
    });

    it("of an empty program has the stack alone", () => {
        expect(emptyOf(EXPORT, target).deployment.resources?.map((each) => each.urn)).toEqual([stack]);
    });
});

describe("the bare program's registrations", () => {
    const registrations = registrationsOf(leavesOf(EXPORT));

    it("give what the program gave, without what a provider or the engine filled in", () => {
        expect(registrations).toEqual([
            {
                type: "pulumi:providers:docker",
                name: "engine",
                inputs: { host: "unix:///sock" },
                options: { version: "5.2.0" },
            },
            {
                type: "random:index/randomPassword:RandomPassword",
                name: "key",
                inputs: { length: 32 },
                options: { protect: true },
            },
            {
                type: "docker:index/container:Container",
                name: "web-1",
                inputs: {
                    image: "web:1",
                    envs: [
                        {
                            "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
                            value: "KEY=hush",
                        },
                    ],
                    healthcheck: { tests: ["CMD", "true"] },
                },
                options: { additionalSecretOutputs: ["envs"] },
                provider: { type: "pulumi:providers:docker", name: "engine" },
            },
        ]);
    });

    it("leave the state as it was", () => {
        expect(RESOURCES[3]?.inputs).toEqual({ __internal: {}, host: "unix:///sock", version: "5.2.0" });
    });

    it("refuse an input that is no plain value", () => {
        const asset = { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", text: "x" };
        const leaf: StateResource = {
            urn: CONTAINER,
            type: "docker:index/container:Container",
            custom: true,
            inputs: { asset },
        };
        expect(() => registrationsOf([leaf])).toThrow(
            "docker:index/container:Container web-1: an input is an asset, an archive or a reference, which the bare program cannot give",
        );
    });
});

describe("rounds", () => {
    it("run contenders in turns, and the first round does not count", async () => {
        const order: string[] = [];
        let clock = 0;
        const contender = (name: string) => () => {
            order.push(name);
            return Promise.resolve(++clock);
        };
        const rounds: number[] = [];
        const times = await alternate({ a: contender("a"), b: contender("b") }, 2, (round) =>
            rounds.push(round),
        );
        expect(order.join("")).toBe("ababab");
        expect(rounds).toEqual([0, 1, 2]);
        expect(times).toEqual({ a: [3, 5], b: [4, 6] });
    });

    it("stop between two runs when told to", async () => {
        const controller = new AbortController();
        const stop = () => {
            controller.abort(new Error("stopped"));
            return Promise.resolve(1);
        };
        const never = jest.fn(() => Promise.resolve(1));
        await expect(alternate({ stop, never }, 1, () => undefined, controller.signal)).rejects.toThrow(
            "stopped",
        );
        expect(never).not.toHaveBeenCalled();
    });

    it("are summed up by median and extremes", () => {
        expect(spreadOf([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 });
        expect(spreadOf([4, 1, 2, 9])).toEqual({ median: 3, min: 1, max: 9 });
    });
});

describe("the figures", () => {
    it("are medians in milliseconds, and what the stack costs over the bare program", () => {
        const measured = (median: number) => ({ median, min: 0, max: 0, unchanged: 0 });
        const result = {
            leaves: 118,
            stack: measured(5000.4),
            bare: measured(4000),
            empty: measured(1200.6),
            roundRatio: 1.2,
        };
        expect(previewFigures(result)).toEqual({
            resources: 118,
            emptyMs: 1201,
            bareMs: 4000,
            stackMs: 5000,
            ratio: 1.25,
        });
    });
});

describe("the temporary folder", () => {
    it("is nobody else's, and gone afterwards, also when something fails", async () => {
        let seen = "";
        const failing = withScratch((folder) => {
            seen = folder;
            expect(statSync(folder).mode & 0o777).toBe(0o700);
            return Promise.reject(new Error("broken"));
        });
        await expect(failing).rejects.toThrow("broken");
        expect(existsSync(seen)).toBe(false);
    });
});
