import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { projectRoot } from "../setup/paths";
import { listeningPorts, Program, programs, startOf } from "./processes";

/** What the engine starts: plugins, and the program with the address of the engine in an option. */
const PLUGIN = /^pulumi-(resource|language)-[a-z0-9]+$/;
const ADDRESS = /^(?:--?(?:engine|monitor)=)?127\.0\.0\.1:(\d+)$/;

/** Port of the engine that a program of this project belongs to; undefined for any other program. */
export function engineOf({ args, folder }: Program, root: string): number | undefined {
    const isOurs = folder === root || folder.startsWith(`${root}${path.sep}`);
    const isPart =
        args.slice(0, 2).some((arg) => PLUGIN.test(path.basename(arg))) ||
        args.some((arg) => arg.includes("@pulumi/pulumi/cmd/run"));
    const address = args.map((arg) => ADDRESS.exec(arg)?.[1]).find((port) => port !== undefined);
    return isOurs && isPart && address !== undefined ? Number(address) : undefined;
}

const patienceMs = 5000;
const pauseMs = 20;

/**
 * Ends what runs of this project have left running whose engine listens no more: nobody can tell them anything, but what they
 * have begun they would bring to its end, behind the back of the next run.
 */
export async function endOrphans(say: (text: string) => void, root = projectRoot): Promise<number> {
    const orphans = programs().filter((program) => {
        const engine = engineOf(program, root);
        return engine !== undefined && !isListening(program.pid, engine);
    });
    for (const { pid } of orphans) {
        end(pid);
    }
    const deadline = Date.now() + patienceMs;
    while (orphans.some(({ pid }) => startOf(pid) !== "gone") && Date.now() < deadline) {
        await delay(pauseMs);
    }
    if (orphans.length > 0) {
        say(
            `  ✓ ended ${orphans.length === 1 ? "a process" : `${orphans.length} processes`} of a run that is gone`,
        );
    }
    return orphans.length;
}

function isListening(pid: number, port: number): boolean {
    try {
        return listeningPorts(pid).has(port);
    } catch {
        return true; // ended meanwhile
    }
}

function end(pid: number): void {
    try {
        process.kill(pid, "SIGKILL");
    } catch {
        // Gone already.
    }
}
