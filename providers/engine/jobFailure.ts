import Docker from "dockerode";
import { imageOf, Job } from "./jobContainer";
import { cutLine } from "./jobOutput";

/** What follows from a failure: for the state of what depends on the job, and for the next update. */
export const OUTLOOK = {
    again: "What depends on it was not touched; the next update runs it again.",
    lost: "It may run on: the next update waits for its end, or runs it again. What depends on it was not touched.",
} as const;

/** Why a job did not succeed, with all that a user needs to know of it. */
export class JobFailure extends Error {
    /** `output` are its last lines; undefined for a job that never started. */
    constructor(
        job: Job,
        reason: string,
        output?: readonly string[],
        outlook: string = OUTLOOK.again,
        options?: ErrorOptions,
    ) {
        const command = `\`${cutLine(job.command.join(" "))}\` in ${imageOf(job)}`;
        const lines = [`${job.name} ${reason}`];
        if (output === undefined) {
            lines.push(`It was to run ${command}. ${outlook}`);
        } else {
            lines.push(`It ran ${command}. ${outlook}`, ...quoted(output));
        }
        super(lines.join("\n"), options);
    }
}

function quoted(output: readonly string[]): string[] {
    return output.length === 0
        ? ["It wrote nothing."]
        : ["The last lines of its output:", ...output.map((line) => `  | ${line}`)];
}

/** What the kernel gives a process that it kills. */
const KILLED = 137;

/** Why a container that does not run any more was no success; undefined where it was one. */
export function endOf(
    state: Docker.ContainerInspectInfo["State"] | undefined,
    { limits }: Pick<Job, "limits">,
): string | undefined {
    if (state === undefined || state.Status === "removing") {
        return "was removed while it ran";
    }
    const { Status, ExitCode, OOMKilled } = state;
    // One that was made and never started has exit code 0, too.
    if (Status !== "exited") {
        return `is ${Status}`;
    }
    const limit = limits?.memoryMb === undefined ? "" : ` of ${limits.memoryMb} MiB`;
    if (OOMKilled) {
        return `ran out of its memory${limit}: it exited with code ${ExitCode}`;
    }
    if (ExitCode === 0) {
        return undefined;
    }
    // Not every kernel tells the engine why it killed.
    return ExitCode === KILLED && limit !== ""
        ? `exited with code ${ExitCode}: it was killed, which its memory limit${limit} does, too`
        : `exited with code ${ExitCode}`;
}
