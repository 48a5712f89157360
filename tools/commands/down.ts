import { parse } from "../arguments";
import { plainName, projectName } from "../backend";
import { stackExists, stackName, stackOptions } from "../pulumi";
import { runRecovered } from "../recovery";
import { knownOf } from "../recovery/known";
import { removeNotes } from "../recovery/notes";
import { Environment, setUp } from "../setup";
import { SetupError } from "../setup/errors";
import { readDeployment, readState, Recorded } from "../state";

const help = `npm run down: removes what \`npm run up\` made, and keeps the data volumes and their passwords.

  -- --volumes    removes these too, for good; what Fly holds only \`fly apps destroy\` removes
  -- -s <stack>   another stack than dev (or BERTH_STACK)
  -- <options>    for \`pulumi destroy\``;

/** What opens data: a new password would lock the user out of an old database. */
const PASSWORD = "random:index/randomPassword:RandomPassword";
/** What holds data: volumes of an engine, the disk of a server, on which they are folders, and volumes on Fly. */
const VOLUME = "docker:index/volume:Volume";
const DISK = "hcloud:index/volume:Volume";
const FLY_VOLUME = "fly:index:Volume";
const FLY_APP = "fly:index:App";
const SERVER = "hcloud:index/server:Server";

/** What stays. A volume on Fly is a part of its app, which stays with it. */
function keptOf(resources: readonly Recorded[]): Recorded[] {
    const onServer = resources.some(({ type }) => type === SERVER);
    const flyApps = resources.filter(({ type }) => type === FLY_VOLUME).map(({ outputs }) => outputs?.app);
    return resources.filter(
        ({ type, urn, outputs }) =>
            type === PASSWORD ||
            type === DISK ||
            type === FLY_VOLUME ||
            (type === VOLUME && !onServer && urn.endsWith("-data")) ||
            (type === FLY_APP && flyApps.includes(outputs?.name)),
    );
}

/** `pulumi destroy` of all but the data. */
export async function run(args: string[]): Promise<number> {
    const { flags, values, rest } = parse(args, help, {
        flags: ["--volumes"],
        values: stackOptions,
        rest: true,
    });
    const environment = await setUp();
    const stack = stackName(values);
    if (!(await stackExists(environment, stack))) {
        process.stdout.write(`There is no stack ${stack}: nothing to take down.\n`);
        return 0;
    }
    const deployment = await readDeployment(environment, stack);
    const resources = [...deployment.resources];
    const kept = flags.has("--volumes") ? [] : keptOf(resources);
    refuseProtected(
        stack,
        resources.filter((each) => !kept.includes(each)),
    );
    const keep = kept.flatMap(({ urn }) => ["--exclude", urn]);
    const destroy = ["destroy", "--yes", "--skip-preview", "--stack", stack, ...keep, ...rest];
    const say = (text: string) => {
        process.stderr.write(`${text}\n`);
    };
    const code = await runRecovered({ environment, stack, say, goesAway: true }, destroy);
    if (code === 0 && flags.has("--volumes") && !resources.some(({ type }) => type === SERVER)) {
        // A server of the stack's own has taken its notes with it.
        await removeNotes(knownOf(deployment, `${projectName()}-${plainName(stack)}`), say);
    }
    if (code === 0) {
        const said = [await describeKept(environment, stack), ...describeFly(resources, kept)];
        process.stdout.write(`\n${said.join("\n")}\n`);
    }
    return code;
}

/** What Pulumi would find out only after it had taken away all that is not protected. */
function refuseProtected(stack: string, resources: readonly Recorded[]): void {
    const guarded = resources.filter(({ protect }) => protect === true);
    if (guarded.length > 0) {
        const names = guarded.map(
            ({ urn }) => `  ${urn.split("::").slice(2).join(" ").split("$").at(-1) ?? urn}`,
        );
        throw new SetupError(
            ["These are protected, and nothing was taken down:", ...names].join("\n"),
            `To lift it: pulumi config set --stack ${stack} berth:protect false, then npm run up -- -s ${stack}, then this again.`,
        );
    }
}

/** Data at Fly outlives every stack: it goes by its own name only. */
function describeFly(before: readonly Recorded[], kept: readonly Recorded[]): string[] {
    return before
        .filter((each) => each.type === FLY_VOLUME && !kept.includes(each))
        .map(
            ({ outputs }) =>
                `Fly still has ${outputs?.app ?? "an app"} with its volume; for good: fly apps destroy ${outputs?.app ?? ""}`,
        );
}

async function describeKept(environment: Environment, stack: string): Promise<string> {
    const resources = await readState(environment, stack);
    const volumes = resources
        .filter(({ type }) => [VOLUME, DISK, FLY_VOLUME].includes(type))
        .map(
            ({ type, outputs }) =>
                `${outputs?.name ?? "a volume"}${type === FLY_VOLUME ? ` of ${outputs?.app ?? ""}` : ""}`,
        );
    if (volumes.length === 0) {
        return "Nothing was kept.";
    }
    return [
        "Kept, with the passwords that open them:",
        ...volumes.sort().map((name) => `  ${name}`),
        "`npm run up` uses them again; `npm run down -- --volumes` removes them for good.",
    ].join("\n");
}
