import execa from "execa";
import { SystemDefinition } from "../../systems/system";
import { projectRoot } from "../../tools/setup/paths";
import { Browser } from "./browser";
import { StageImages } from "./images";
import { Isolation, Said } from "./isolation";
import { StackFile } from "./stackFile";
import { StackSettings } from "./plainSettings";
import { World } from "./world";

const SSH_OPTIONS = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-o", "ServerAliveInterval=5"];
/** A command that says nothing for so long has met something that it can't get past. */
const PATIENCE_MS = 120_000;

/** A stack and the world around it, ready for its first `up`. */
export class Stage {
    constructor(
        /** Name of the rehearsed stack. */
        readonly stack: string,
        readonly systems: readonly SystemDefinition[],
        readonly world: World,
        readonly images: StageImages,
        /** Somebody outside. */
        readonly browser: Browser,
        readonly isolation: Isolation,
        private readonly file: StackFile,
    ) {}

    /** Runs one of the project's own commands on the stack, as its documentation names it. */
    command(log: string, command: string, ...args: string[]): Promise<Said> {
        return this.isolation.command(log, command, "-s", this.stack, ...args);
    }

    /** Runs a plain Pulumi command on the stack. */
    pulumi(log: string, ...args: string[]): Promise<Said> {
        return this.isolation.pulumi(log, ...args, "--stack", this.stack, "--non-interactive");
    }

    get settings(): StackSettings {
        return this.file.read();
    }

    configure(settings: StackSettings): void {
        this.file.write(settings);
    }

    /** Runs a command on the server, as whoever looks after it would: by SSH, with the stack's own key. */
    async onServer(command: string): Promise<string> {
        const { stdout } = await execa(
            "ssh",
            ["-F", `.state/ssh/${this.stack}/config`, ...SSH_OPTIONS, "host", command],
            { cwd: projectRoot, stdin: "ignore", timeout: PATIENCE_MS },
        );
        return stdout;
    }
}
