import fs from "node:fs";
import path from "node:path";
import { plainName } from "../backend";
import { AppName, imageAt, withImage } from "../release/stackFile";
import { projectRoot } from "../setup/paths";

/** A stack's file at the project's root. */
export class StackFile {
    readonly name: string;
    private readonly path: string;

    constructor(stack: string, root: string = projectRoot) {
        this.name = `Pulumi.${plainName(stack)}.yaml`;
        this.path = path.join(root, this.name);
    }

    /** Undefined where there is none. */
    read(): string | undefined {
        return fs.existsSync(this.path) ? fs.readFileSync(this.path, "utf8") : undefined;
    }

    /** Whether this user may change it. */
    isWritable(): boolean {
        try {
            fs.accessSync(this.path, fs.constants.W_OK);
            return true;
        } catch {
            return false;
        }
    }

    write(text: string): void {
        fs.writeFileSync(this.path, text);
    }

    /** Sets an image again, unless somebody has set a third one since. Pulumi may have written the salt in between. */
    putBack(at: AppName, { from, to }: { from: string; to: string }): boolean {
        const text = this.read() ?? "";
        if (imageAt(text, at) !== from) {
            return false;
        }
        this.write(withImage(text, at, to));
        return true;
    }
}
