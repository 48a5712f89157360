import fs from "node:fs";
import path from "node:path";
import { cliFolder } from "../../tools/setup/engine";
import { PendingOperation, Recorded } from "../../tools/state";

/** What a command of Pulumi's does in a test. */
export interface Scripted {
    /** What it ends with, call by call; 0 after the last one. */
    readonly codes?: readonly number[];
    readonly prints?: unknown;
    /** A line of shell. */
    readonly runs?: string;
}

/** A program in Pulumi's place in a home of its own: notes what it is called with, and does as it is told. */
export class ScriptedPulumi {
    readonly backend: string;

    constructor(readonly home: string) {
        this.backend = `file://${home}`;
    }

    does(commands: Readonly<Record<string, Scripted>>): void {
        for (const [command, { codes = [], prints = "", runs = "" }] of Object.entries(commands)) {
            const file = path.join(this.home, command);
            fs.writeFileSync(`${file}.codes`, codes.map((code) => `${code}\n`).join(""));
            fs.writeFileSync(`${file}.prints`, prints === "" ? "" : JSON.stringify(prints));
            fs.writeFileSync(`${file}.runs`, runs);
        }
        const script = `#!/bin/sh
command=$1
case "$1" in stack) command=$2 ;; esac
echo "$*" >> ${this.home}/calls
cat ${this.home}/$command.prints 2>/dev/null
[ ! -s ${this.home}/$command.runs ] || . ${this.home}/$command.runs >&2
code=$(head -n 1 ${this.home}/$command.codes 2>/dev/null)
sed -i 1d ${this.home}/$command.codes 2>/dev/null
exit "\${code:-0}"
`;
        fs.mkdirSync(cliFolder(this.home), { recursive: true });
        fs.writeFileSync(path.join(cliFolder(this.home), "pulumi"), script, { mode: 0o755 });
    }

    calls(): string[] {
        return fs.readFileSync(path.join(this.home, "calls"), "utf8").trimEnd().split("\n");
    }

    /** The state of a stack of this project, as Pulumi writes it into a folder. */
    stateOf(stack: string, resources: readonly Recorded[], pending: readonly PendingOperation[]): void {
        const folder = path.join(this.home, ".pulumi/stacks/berth");
        fs.mkdirSync(folder, { recursive: true });
        const latest = { resources, pending_operations: pending };
        const written = { version: 3, checkpoint: { stack, latest } };
        fs.writeFileSync(path.join(folder, `${stack}.json`), JSON.stringify(written));
    }
}
