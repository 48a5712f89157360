import fs from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { parse } from "../arguments";
import { withScratch } from "../bench/scratch";
import { prepare } from "../prepare";
import { pulumi, stackName, stackOptions } from "../pulumi";
import { clearMachine } from "../recovery/machine";
import { Environment } from "../setup";
import { SetupError } from "../setup/errors";
import { projectRoot } from "../setup/paths";
import { readState } from "../state";

const help = `npm run rebuild -- -s <stack> --yes: makes the stack's server anew, and everything that stands on it.

For a server that is lost, that answers no more, or that was made with other user data than the program has now. Its
addresses, as far as they are there, its keys and its data volume stay, with every row on it; nothing dials the old
server. Until the new one serves, nothing does.

  -- -s <stack>   which stack (or BERTH_STACK)
  -- --yes        really; without it the command says what it would do`;

const SERVER = "hcloud:index/server:Server";
/** What can be lost with it, and is made anew as well. The volume is no such thing: a new one would be empty. */
const ADDRESS = "hcloud:index/primaryIp:PrimaryIp";

/** Finds out what is left of the server, lifts its protection, and replaces it. */
export async function run(args: string[]): Promise<number> {
    const { flags, values } = parse(args, help, { flags: ["--yes"], values: stackOptions });
    const stack = stackName(values);
    const environment = await prepare();
    const server = await findServer(environment, stack);
    if (!flags.has("--yes")) {
        process.stdout.write(
            `This would replace ${server} and all that stands on it; the data volume and the addresses stay.\n` +
                `Until the new server serves, nothing of the stack ${stack} does. To do it: npm run rebuild -- -s ${stack} --yes\n`,
        );
        return 0;
    }
    // What killed runs have left on the old server goes with it, and nobody is to dial that one.
    await clearMachine(stack, (text) => process.stderr.write(`${text}\n`));
    const steps = new Steps(environment, stack);
    // In a terminal Pulumi would ask what became of things that a killed run was about to make: the next `up` knows.
    const targets = [server, ...(await urnsOf(environment, stack, ADDRESS))].flatMap((urn) => [
        "--target",
        urn,
    ]);
    const ask = ["refresh", "--skip-pending-creates", ...targets];
    await steps.take("Asking Hetzner for the server and its addresses", ask);
    if (await isThere(environment, stack)) {
        await withoutProtection(stack, (file) =>
            steps.take("Lifting the server's protection", ["up", "--target", server, "--config-file", file]),
        );
        await steps.take("Replacing the server", ["up", "--replace", server]);
    } else {
        await steps.take("Making the server", ["up"]);
    }
    return 0;
}

async function findServer(environment: Environment, stack: string): Promise<string> {
    const [server] = await urnsOf(environment, stack, SERVER);
    if (server === undefined) {
        throw new SetupError(
            `The stack ${stack} has no server of its own.`,
            "A stack that never had one, or lost it: npm run up -- -s " + stack,
        );
    }
    return server;
}

async function isThere(environment: Environment, stack: string): Promise<boolean> {
    return (await urnsOf(environment, stack, SERVER)).length > 0;
}

async function urnsOf(environment: Environment, stack: string, type: string): Promise<string[]> {
    const resources = await readState(environment, stack);
    return resources.filter((each) => each.type === type && each.delete !== true).map(({ urn }) => urn);
}

/** The stack's file with one setting more: the stack's own stays as it is, whatever happens. */
async function withoutProtection(stack: string, action: (file: string) => Promise<void>): Promise<void> {
    await withScratch(async (folder) => {
        const name = `Pulumi.${stack}.yaml`;
        const settings = parseDocument(fs.readFileSync(path.join(projectRoot, name), "utf8"));
        settings.setIn(["config", "berth:protect"], "false");
        const file = path.join(folder, name);
        fs.writeFileSync(file, settings.toString(), { mode: 0o600 });
        await action(file);
    }, "berth-rebuild-");
}

/** Pulumi commands one after the other; the first that fails is the last. */
class Steps {
    constructor(
        private readonly environment: Environment,
        private readonly stack: string,
    ) {}

    async take(title: string, [command = "", ...args]: string[]): Promise<void> {
        process.stdout.write(`\n${title}\n`);
        const all = [command, "--yes", "--skip-preview", "--stack", this.stack, ...args];
        const { code } = await pulumi(this.environment, all);
        if (code !== 0) {
            throw new SetupError(
                `${title} failed (${code}).`,
                "See what Pulumi says above; the same command goes on from where it stopped.",
            );
        }
    }
}
