import { ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "../../../tools/setup/paths";
import { Stage } from "../../stage/stage";
import { LoadArgs, LoadResult } from "./messages";

export type { LoadResult } from "./messages";

/** A load that goes on until it is stopped, or its time is over. */
export class Load {
    private readonly child: ChildProcess;
    private readonly result: Promise<LoadResult>;

    constructor(stage: Stage, args: Omit<LoadArgs, "nameServer" | "authorities">) {
        this.child = fork(join(__dirname, "generator.ts"), {
            execArgv: ["--require", join(projectRoot, "tools/register.cjs")],
        });
        this.result = new Promise((resolve, reject) => {
            this.child.once("message", (result) => resolve(result as LoadResult));
            this.child.once("exit", () => reject(new Error("the load ended without a result")));
        });
        // Whoever stops it hears of that.
        this.result.catch(() => undefined);
        const { nameServer } = stage.world.cloudflare;
        this.child.send({ ...args, nameServer, authorities: stage.browser.ca } satisfies LoadArgs);
    }

    /** Ends it, and waits for what is in flight. */
    async stop(): Promise<LoadResult> {
        if (this.child.connected) {
            this.child.send("stop");
        }
        return await this.result;
    }
}
