import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { SetupError } from "../../tools/setup/errors";
import { projectRoot } from "../../tools/setup/paths";
import { StackSettings } from "./plainSettings";

/** Settings of a stack as its file at the project's root has them. */
export function readStackSettings(stack: string): StackSettings {
    const file = fileOf(stack);
    if (!existsSync(file)) {
        throw new SetupError(
            `There is no Pulumi.${stack}.yaml.`,
            "Name a stack that has a file: npm run rehearse -- --stack prod",
        );
    }
    const { config = {} } = (parse(readFileSync(file, "utf8")) ?? {}) as { config?: StackSettings };
    const composition = config["berth:composition"] ?? stack;
    if (composition !== "prod") {
        throw new SetupError(
            `The stack ${stack} runs the composition ${JSON.stringify(composition)}.`,
            "Only production's is rehearsed; dev runs on this machine anyway: npm run up",
        );
    }
    return config;
}

/** The file of a rehearsed stack: at the root as every stack's, ignored by git, and gone with the rehearsal. */
export class StackFile {
    constructor(private readonly stack: string) {}

    /** Writes settings; the salt that Pulumi noted there stays. */
    write(settings: StackSettings): void {
        const before = existsSync(this.path) ? readFileSync(this.path, "utf8") : "";
        const [salt] = /^encryptionsalt: .*$/m.exec(before) ?? [];
        const text = stringify({ config: settings });
        writeFileSync(this.path, salt === undefined ? text : `${text}${salt}\n`, { mode: 0o600 });
    }

    /** As a command of Pulumi's may have left them. */
    read(): StackSettings {
        const { config } = parse(readFileSync(this.path, "utf8")) as { config: StackSettings };
        return config;
    }

    remove(): void {
        rmSync(this.path, { force: true });
    }

    private get path(): string {
        return fileOf(this.stack);
    }
}

function fileOf(stack: string): string {
    return join(projectRoot, `Pulumi.${stack}.yaml`);
}
