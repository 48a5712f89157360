import { ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "../../../tools/setup/paths";
import { Outside } from "../../stage/browser";
import { Stage } from "../../stage/stage";
import { LoadArgs, LoadResult } from "./messages";

export type { LoadResult } from "./messages";

/** A load that goes on until it is stopped, or its time is over. */
export class Load {
    private readonly child: ChildProcess;
    private readonly result: Promise<LoadResult>;

    constructor(stage: Stage, args: Omit<LoadArgs, keyof Outside>) {
        this.child = fork(join(__dirname, "generator.ts"), {
            execArgv: ["--require", join(projectRoot, "tools/register.cjs")],
        });
        this.result = new Promise((resolve, reject) => {
            this.child.once("message", (result) => resolve(result as LoadResult));
            this.child.once("exit", () => reject(new Error("the load ended without a result")));
        });
        // Whoever stops it hears of that.
        this.result.catch(() => undefined);
        const { cloudflare, ground } = stage.world;
        const outside: Outside = {
            nameServer: cloudflare.nameServer,
            authorities: stage.browser.ca,
            subnet: ground.network.subnet,
        };
        this.child.send({ ...args, ...outside } satisfies LoadArgs);
    }

    /** Ends it, and waits for what is in flight. */
    async stop(): Promise<LoadResult> {
        if (this.child.connected) {
            this.child.send("stop");
        }
        return await this.result;
    }
}

/** Does something under load; throws when the load did not last as long as that, for then it proves nothing. */
export async function underLoad(loads: readonly Load[], action: () => Promise<void>): Promise<LoadResult[]> {
    try {
        await action();
    } catch (error) {
        await Promise.allSettled(loads.map((load) => load.stop()));
        throw error;
    }
    const results = await Promise.all(loads.map((load) => load.stop()));
    if (results.some(({ timedOut, requests }) => timedOut || requests === 0)) {
        throw new Error("the load was over before what it was there for");
    }
    return results;
}
