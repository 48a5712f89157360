import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Programs of a server that is just booting, for a session on this machine: each does what a test wrote down for it.
 * `sudo` runs what it is given, and sees files of the server where the test put them.
 */
export class BootingHost {
    private readonly root = mkdtempSync(join(tmpdir(), "berth-test-host-"));
    /** Folder of the programs. */
    readonly programs = join(this.root, "bin");

    constructor() {
        this.program(
            "sudo",
            `[ "$1" = -n ] && shift\ncase "$1" in tail) exec tail "$2" "$3" "${this.root}$4" ;; esac\nexec "$@"`,
        );
        for (const name of ["cloud-init", "systemctl", "docker"]) {
            this.does(name, "exit 0");
        }
    }

    /** What a program does from now on: a script. Its arguments are remembered. */
    does(name: string, script: string): void {
        this.program(name, `echo "$*" >> "${this.file(`${name}.asked`)}"\n${script}`);
    }

    /** A file of the server. */
    put(path: string, content: string): void {
        const file = join(this.root, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
    }

    /** What a program was asked for, one line each time. */
    asked(name: string): string[] {
        const file = this.file(`${name}.asked`);
        return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
    }

    /** Absolute path of a file of the test's own. */
    file(name: string): string {
        return join(this.root, name);
    }

    remove(): void {
        rmSync(this.root, { recursive: true });
    }

    private program(name: string, script: string): void {
        mkdirSync(this.programs, { recursive: true });
        const file = join(this.programs, name);
        writeFileSync(file, `#!/bin/sh\n${script}\n`);
        chmodSync(file, 0o755);
    }
}
