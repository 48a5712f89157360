import { containerOf, isSameRun, Job } from "../../providers/engine/jobContainer";
import { endOf } from "../../providers/engine/jobFailure";
import { ProviderClient, secret, UNKNOWN, Values } from "../support/providerClient";

const JOB = "berth:index:Job";

const inputs: Values = {
    name: "berth-shop-web-release",
    image: "sha256:1",
    imageName: "shop-web:1",
    command: ["migrate"],
    env: { DATABASE_URL: secret("postgres://shop:hush@db/shop"), MODE: "production" },
    networks: ["shop"],
    volumes: [{ volumeName: "data", containerPath: "/data" }],
    timeoutSeconds: 300,
};

let provider: ProviderClient;
beforeAll(async () => {
    provider = await ProviderClient.start();
    await provider.configure("unix:///nowhere/docker.sock");
});
afterAll(() => provider.close());

const failures = async (more: Values) => (await provider.check(JOB, { ...inputs, ...more })).failures;

describe("a job", () => {
    it("is taken as it is, with what is secret in its environment secret, and no more", async () => {
        expect(await provider.check(JOB, inputs)).toEqual({ inputs, failures: [] });
        expect((await provider.create(JOB, inputs, true)).state).toEqual({
            ...inputs,
            irreversible: UNKNOWN,
        });
    });

    it("lacks what it lacks", async () => {
        expect((await provider.check(JOB, {})).failures).toEqual([
            "name: is missing",
            "image: is missing",
            "command: is missing",
            "networks: is missing",
            "timeoutSeconds: is missing",
        ]);
        expect(await failures({ env: "A=b", refuseRoot: "yes" })).toEqual([
            "env: is string, not object",
            "refuseRoot: is string, not boolean",
        ]);
    });

    it("lists all that is wrong with it", async () => {
        expect(
            await failures({
                name: "a b",
                command: [],
                env: { PORT: 5 },
                networks: [],
                volumes: [
                    { containerPath: "/data" },
                    { volumeName: "a", hostPath: "/b", containerPath: "data" },
                    { hostPath: "b" },
                ],
                limits: { cpus: 0, memoryMb: 5 },
                timeoutSeconds: 0.5,
            }),
        ).toEqual([
            `name: "a b" is no container's name: letters, digits, '_', '.' and '-', starting with a letter or a digit`,
            "command: is empty: there is nothing to run",
            "networks: is empty: a job is on one network at least",
            "env.PORT: is number, not string",
            "volumes[0]: only one of volumeName and hostPath, and one of them",
            "volumes[1]: only one of volumeName and hostPath, and one of them",
            'volumes[1].containerPath: "data" is not absolute',
            'volumes[2].hostPath: "b" is not absolute',
            "volumes[2].containerPath: is missing",
            "limits.cpus: 0 is not allowed: a number of at least 0.01",
            "limits.memoryMb: 5 is not allowed: a whole number of at least 6",
            "timeoutSeconds: 0.5 is not allowed: a whole number from 1 to 86400",
        ]);
        expect(await failures({ command: ["sh", 1], networks: [true] })).toEqual([
            "command[1]: is number, not string",
            "networks[0]: is boolean, not string",
        ]);
    });

    it("waits with what is not known yet", async () => {
        const unknown = {
            image: UNKNOWN,
            env: UNKNOWN,
            networks: [UNKNOWN],
            volumes: UNKNOWN,
            command: [UNKNOWN],
        };
        expect(await failures(unknown)).toEqual([]);
        expect(await failures({ volumes: [{ volumeName: UNKNOWN, containerPath: "/data" }] })).toEqual([]);
    });

    it("is another one by its name alone, and the old one goes first", async () => {
        expect(await provider.differences(JOB, inputs, { ...inputs, name: "other" })).toEqual({
            paths: { name: "update_replace" },
            oldFirst: true,
        });
        const others: Values = { image: "sha256:2", env: {}, networks: ["other"], timeoutSeconds: 1 };
        const { replaces } = await provider.diff(JOB, inputs, { ...inputs, ...others });
        expect(replaces).toEqual([]);
    });

    it("asks no engine when its run stays the same", async () => {
        const state = { ...inputs, irreversible: [{ image: "shop-web:1", reason: "gone" }] };
        const news = {
            ...inputs,
            imageName: "shop-web:latest",
            labels: { a: "b" },
            limits: { cpus: 1 },
            networks: ["other"],
            user: "node",
            timeoutSeconds: 5,
        };
        const after = { ...news, irreversible: state.irreversible };
        expect(await provider.update(JOB, "berth-shop-web-release", state, news)).toEqual(after);
    });

    it.each<[string, Values]>([
        ["image", { image: "sha256:2" }],
        ["command", { command: ["migrate", "twice"] }],
        [
            "environment",
            { env: { DATABASE_URL: secret("postgres://shop:other@db/shop"), MODE: "production" } },
        ],
        ["volumes", { volumes: [] }],
    ])("runs again with another %s", async (_, change) => {
        const state = { ...inputs, irreversible: [] };
        await expect(provider.update(JOB, "id", state, { ...inputs, ...change })).rejects.toThrow(
            "/nowhere/",
        );
    });
});

describe("a container", () => {
    const job: Job = {
        name: "release",
        image: "sha256:1",
        command: ["migrate"],
        env: { PASSWORD: "hush", MODE: "x" },
        networks: ["shop"],
        volumes: [{ volumeName: "data", containerPath: "/data" }],
        timeoutSeconds: 5,
    };
    /** As the engine shows what was made of a job: with the image's own variables. */
    const shown = (of: Job) => {
        const { Labels, Env } = containerOf(of);
        return { Config: { Labels, Env: [...(Env ?? []), "PATH=/bin"] } } as Parameters<typeof isSameRun>[0];
    };

    it("is one of the same run by image, command, environment and volumes", () => {
        expect(isSameRun(shown(job), { ...job, env: { MODE: "x", PASSWORD: "hush" } })).toBe(true);
        expect(
            isSameRun(shown(job), { ...job, networks: ["b"], labels: { c: "d" }, timeoutSeconds: 9 }),
        ).toBe(true);
        const volumes = [{ volumeName: "data", containerPath: "/data", readOnly: false }];
        expect(isSameRun(shown(job), { ...job, volumes })).toBe(true);
    });

    it.each<[string, Partial<Job>]>([
        ["image", { image: "sha256:2" }],
        ["command", { command: ["migrate", ""] }],
        ["value", { env: { PASSWORD: "other", MODE: "x" } }],
        ["variable more", { env: { ...job.env, MORE: "1" } }],
        ["variable less", { env: { PASSWORD: "hush" } }],
        ["volume", { volumes: [{ hostPath: "data", containerPath: "/data" }] }],
        ["mode of a volume", { volumes: [{ volumeName: "data", containerPath: "/data", readOnly: true }] }],
    ])("is not for another %s", (_, change) => {
        expect(isSameRun(shown(job), { ...job, ...change })).toBe(false);
    });

    it("tells nothing of secrets by its labels", () => {
        const labels = (password: string) => containerOf({ ...job, env: { PASSWORD: password } }).Labels;
        expect(labels("hush")).toEqual(labels("other"));
    });

    it("was a success only if it ran and exited with 0", () => {
        const state = { Status: "exited", ExitCode: 0, OOMKilled: false } as NonNullable<
            Parameters<typeof endOf>[0]
        >;
        expect(endOf(state, {})).toBeUndefined();
        expect(endOf({ ...state, ExitCode: 3 }, {})).toBe("exited with code 3");
        expect(endOf({ ...state, Status: "created" }, {})).toBe("is created");
        expect(endOf({ ...state, Status: "removing" }, {})).toBe("was removed while it ran");
        expect(endOf(undefined, {})).toBe("was removed while it ran");
        expect(endOf({ ...state, ExitCode: 137 }, {})).toBe("exited with code 137");
        expect(endOf({ ...state, ExitCode: 137 }, { limits: { memoryMb: 64 } })).toBe(
            "exited with code 137: it was killed, which its memory limit of 64 MiB does, too",
        );
        expect(endOf({ ...state, OOMKilled: true }, { limits: { memoryMb: 64 } })).toBe(
            "ran out of its memory of 64 MiB: it exited with code 0",
        );
        expect(endOf({ ...state, OOMKilled: true, ExitCode: 137 }, {})).toBe(
            "ran out of its memory: it exited with code 137",
        );
    });
});
