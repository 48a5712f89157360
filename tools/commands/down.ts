import { parse } from "../arguments";
import { pulumi, stackExists, stackName, stackOptions } from "../pulumi";
import { Environment, setUp } from "../setup";
import { SetupError } from "../setup/errors";
import { readState } from "../state";

const help = `npm run down: removes what \`npm run up\` made, and keeps the data volumes and their passwords.

  -- --volumes    removes these too, for good
  -- -s <stack>   another stack than dev (or BERTH_STACK)
  -- <options>    for \`pulumi destroy\``;

/** What holds data, and what opens it: a new password would lock the user out of an old database. */
export const keptResources = [
    "**docker:index/volume:Volume::*-data",
    "**random:index/randomPassword:RandomPassword**",
];

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
    await refuseProtected(environment, stack);
    const keep = flags.has("--volumes") ? [] : keptResources.flatMap((pattern) => ["--exclude", pattern]);
    const destroy = ["destroy", "--yes", "--skip-preview", "--stack", stack, ...keep, ...rest];
    const { code } = await pulumi(environment, destroy);
    if (code === 0) {
        process.stdout.write(`\n${await describeKept(environment, stack)}\n`);
    }
    return code;
}

/** What Pulumi would find out only after it had taken away all that is not protected. */
async function refuseProtected(environment: Environment, stack: string): Promise<void> {
    const guarded = (await readState(environment, stack)).filter(
        ({ type, protect }) => protect === true && !type.endsWith(":RandomPassword"),
    );
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

async function describeKept(environment: Environment, stack: string): Promise<string> {
    const volumes = (await readState(environment, stack))
        .filter(({ type }) => type === "docker:index/volume:Volume")
        .map(({ outputs }) => outputs?.name ?? "a volume");
    if (volumes.length === 0) {
        return "Nothing was kept.";
    }
    return [
        "Kept, with the passwords that open them:",
        ...volumes.sort().map((name) => `  ${name}`),
        "`npm run up` uses them again; `npm run down -- --volumes` removes them for good.",
    ].join("\n");
}
