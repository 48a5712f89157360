import { randomBytes } from "node:crypto";
import path from "node:path";
import { performance } from "node:perf_hooks";
import Docker from "dockerode";
import execa from "execa";
import { renderCloudInit } from "../../lib/cloudInit";
import {
    addressOn,
    createAccess,
    createMachineNetwork,
    loadProbeImage,
    Machine,
    MachineAccess,
    PROBE_IMAGE,
} from "../../rehearsal/machine";
import { pulumi } from "../pulumi";
import { Environment } from "../setup";
import { makeProject } from "./project";
import { withScratch } from "./scratch";
import { countLog, SshCase, SshResult } from "./sshReport";

/** More than a stock server lets log in at the same time. */
const MANY = 64;

/** As an update runs by itself; at its hardest, by each limit and way; and then with our own provider's connections, too. */
const CASES: readonly SshCase[] = [
    { server: "stock", shared: false, waits: false },
    ...(["stock", "raised"] as const).flatMap((server) =>
        [false, true].map((shared) => ({ server, shared, waits: false, parallel: MANY })),
    ),
    ...(["stock", "raised"] as const).map((server) => ({
        server,
        shared: false,
        waits: true,
        parallel: MANY,
    })),
];

interface Bench {
    readonly root: string;
    readonly environment: Environment;
    readonly machine: Machine;
    readonly access: MachineAccess;
    readonly containers: number;
    readonly signal: AbortSignal;
}

/** Brings containers up over SSH, on a machine that our own user data has set up, anew for each case. */
export async function benchSsh(
    environment: Environment,
    containers: number,
    say: (line: string) => void,
): Promise<SshResult[]> {
    return withScratch(async (root, signal) => {
        const name = `berth-bench-ssh-${randomBytes(4).toString("hex")}`;
        return withMachine(root, name, async (machine, access) => {
            const bench: Bench = { root, environment, machine, access, containers, signal };
            const results: SshResult[] = [];
            for (const [index, each] of CASES.entries()) {
                signal.throwIfAborted();
                const result = await measure(bench, each, `case-${index}`);
                say(`  ${index + 1} of ${CASES.length}: ${(result.ms / 1000).toFixed(1)} s`);
                results.push(result);
            }
            return results;
        });
    });
}

/** Boots a machine and removes it with its network, whatever happens. */
async function withMachine<T>(
    folder: string,
    name: string,
    use: (machine: Machine, access: MachineAccess) => Promise<T>,
): Promise<T> {
    const docker = new Docker();
    const network = await createMachineNetwork(docker, name);
    try {
        const address = addressOn(network, 1);
        const access = await createAccess(folder, address);
        const userData = renderCloudInit({
            hostname: "bench",
            user: access.user,
            authorizedKeys: [access.clientKey],
            hostKey: access.hostKey,
            sshFrom: [`${network.gateway}/32`],
            swapMb: 0,
            liveRestore: true,
        });
        const machine = await Machine.boot(docker, { name, userData, network: name, address });
        try {
            await machine.booted();
            await loadProbeImage(machine);
            return await use(machine, access);
        } finally {
            await machine.remove();
        }
    } finally {
        await network.remove();
    }
}

async function measure(bench: Bench, each: SshCase, stack: string): Promise<SshResult> {
    const { root, environment, machine, access, containers } = bench;
    const control = path.join(root, "control");
    const host = `ssh://${access.user}@${machine.address}`;
    const sshOpts = [...access.sshOpts, ...(each.shared ? sharing(control) : [])];
    const project = await makeProject(root, environment, {
        project: "berth-bench-ssh",
        stack,
        source: "sshProgram.cjs",
        data: { "ssh.json": { host, sshOpts, image: PROBE_IMAGE, containers, waits: each.waits } },
    });
    await setLimits(machine, each.server);
    await newLogLines(machine);
    if (each.shared) {
        // Before the update: else its first sessions all start at once, find no connection to share, and make their own.
        const open = [
            ...access.sshOpts,
            ...sharing(control),
            "-N",
            "-f",
            `${access.user}@${machine.address}`,
        ];
        await execa("ssh", open, { stdio: "ignore" });
    }
    const parallel = each.parallel === undefined ? [] : ["--parallel", String(each.parallel)];
    const options = ["--yes", "--skip-preview", "--non-interactive", "--color", "never", ...parallel];
    const began = performance.now();
    const { code } = await pulumi(
        project.environment,
        ["-C", project.folder, "up", "--stack", stack, ...options],
        { capture: true },
    );
    const ms = performance.now() - began;
    if (each.shared) {
        await execa("ssh", [...sharing(control), "-O", "exit", machine.address]);
    }
    const log = await newLogLines(machine);
    const running = await machine.shell("docker ps --quiet | wc -l");
    await machine.shell("docker ps --all --quiet | xargs --no-run-if-empty docker rm --force");
    return { ...each, ...countLog(log), ms, running: Number(running), succeeded: code === 0 };
}

/** What the SSH server has logged since the last time. Not by its unit: a session belongs to its user's. */
function newLogLines(machine: Machine): Promise<string> {
    return machine.shell("journalctl --identifier sshd --output cat --cursor-file /run/bench-cursor");
}

function sharing(control: string): string[] {
    return ["ControlMaster=auto", `ControlPath=${control}`, "ControlPersist=60"].flatMap((option) => [
        "-o",
        option,
    ]);
}

/**
 * Debian's server has sshd's own limits. Of most settings sshd keeps the first value, of MaxStartups the last: so they stand
 * both before and behind ours. At this log level it names each connection that it drops.
 */
async function setLimits(machine: Machine, server: SshCase["server"]): Promise<void> {
    const limits = server === "stock" ? "MaxStartups 10:30:100\nMaxSessions 10\n" : "";
    const file = (name: string) => `/etc/ssh/sshd_config.d/${name}.conf`;
    await machine.shell(
        `printf '%s' 'LogLevel VERBOSE\n${limits}' | tee ${file("00-bench")} > ${file("99-bench")}
        systemctl restart ssh.service`,
    );
}
