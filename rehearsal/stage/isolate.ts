import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Environment } from "../../tools/setup";
import { cacheFolder, projectRoot } from "../../tools/setup/paths";
import { Isolation } from "./isolation";
import { makePulumiHome } from "./pulumiHome";
import { World } from "./world";

/** What a stack's commands are isolated with. */
export interface IsolateArgs {
    readonly environment: Environment;
    /** Folder for what goes with the rehearsal. */
    readonly folder: string;
    /** Name of the rehearsed stack. */
    readonly stack: string;
    readonly world: World;
    /** Authorities that the commands trust beside the usual ones, as PEM. */
    readonly authorities: readonly string[];
    readonly signal: AbortSignal;
}

/** Makes what the commands of a rehearsal have of their own: a home, a Pulumi home, a state, a passphrase, tokens. */
export function isolate({ environment, folder, stack, world, authorities, signal }: IsolateArgs): Isolation {
    const { ground, tokens, debugProviders } = world;
    const [home, pulumiHome, state] = ["home", "pulumi", "state"].map((name) => join(folder, name)) as [
        string,
        string,
        string,
    ];
    [home, state].forEach((each) => mkdirSync(each, { recursive: true }));
    const { DOCKER_HOST, PULUMI_HOME: usual = process.env.PULUMI_HOME } = environment.variables;
    makePulumiHome(pulumiHome, usual ?? join(homedir(), ".pulumi"));
    const passphrase = join(folder, "passphrase");
    writeFileSync(passphrase, randomBytes(32).toString("base64url"), { mode: 0o600 });
    return new Isolation({
        ...{ folder, authorities, signal },
        nameServer: ground.gateway,
        variables: {
            HOME: home,
            BERTH_CACHE: cacheFolder(),
            BERTH_WORLD: environment.world,
            BERTH_STACK: stack,
            BERTH_PULUMI_HOME: pulumiHome,
            PULUMI_HOME: pulumiHome,
            PULUMI_BACKEND_URL: `file://${state}`,
            PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
            PULUMI_DEBUG_PROVIDERS: debugProviders,
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            // The engine was found by settings that the commands don't have.
            ...(DOCKER_HOST !== undefined && { DOCKER_HOST }),
            // Git takes a repository of another user's for a trap, and the clone is seldom root's.
            GIT_CONFIG_COUNT: "1",
            GIT_CONFIG_KEY_0: "safe.directory",
            GIT_CONFIG_VALUE_0: projectRoot,
            // What the program is told of its clouds; the providers themselves were told by whoever serves them.
            HCLOUD_TOKEN: tokens.hetzner,
            CLOUDFLARE_API_TOKEN: tokens.cloudflare,
            FLY_API_TOKEN: tokens.fly,
        },
    });
}
