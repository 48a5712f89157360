import { pulumi } from "../../../pulumi";
import { SetupError } from "../../../setup/errors";
import { makeProject, TemporaryProject } from "../../project";
import { imageOf } from "../app/image";
import { Arm, ArmBench, RunningArm } from "../arm";
import { socketOf } from "../engine";

const STACK = "berth";

/** This project: its components, released by real updates of a stack of its own. */
export const berth: Arm = {
    about: "another image in the stack's configuration, `pulumi up`",
    // Components label what they make.
    labels: (prefix) => ({
        all: { "berth.stack": prefix },
        app: { "berth.stack": prefix, "berth.part": "bench-app" },
    }),
    command: true,
    drains: true,
    async start(bench) {
        const stack = await startBerth(bench);
        return {
            prepare: (version) => stack.set("image", imageOf(version)),
            release: () => stack.up(),
            stop: () => stack.stop(),
        } satisfies RunningArm;
    },
};

/** A stack that is up. */
export interface RunningStack {
    /** Changes its configuration; nothing else. */
    set(key: string, value: string): Promise<void>;
    up(): Promise<void>;
    stop(): Promise<void>;
}

/** Brings the stack up, with the app's first version. */
export async function startBerth(
    bench: Pick<ArmBench, "folder" | "environment" | "prefix" | "port">,
): Promise<RunningStack> {
    const project = await makeProject(bench.folder, bench.environment, {
        project: "berth-bench-release",
        stack: STACK,
        source: "release/berthProgram.ts",
        config: {
            prefix: bench.prefix,
            port: bench.port,
            dockerHost: `unix://${socketOf(bench)}`,
            image: imageOf(0),
            logLevel: "INFO",
        },
    });
    const up = () => run(project, ["up", "--stack", STACK, "--yes", "--skip-preview"]);
    await up();
    return {
        set: (key, value) => run(project, ["config", "set", "--stack", STACK, key, value]),
        up,
        stop: () => run(project, ["destroy", "--stack", STACK, "--yes", "--skip-preview"]),
    };
}

async function run({ folder, environment }: TemporaryProject, args: readonly string[]): Promise<void> {
    const all = ["-C", folder, "--non-interactive", "--color", "never", ...args];
    const { code, stdout } = await pulumi(environment, all, { capture: true });
    if (code !== 0) {
        process.stderr.write(stdout);
        throw new SetupError(`\`pulumi ${args[0] ?? ""}\` failed in the bench (${code}).`, "See above.");
    }
}
