import { parse } from "../arguments";
import { checkHealth, SystemsOutput } from "../health";
import { prepare } from "../prepare";
import { ensureStack, pulumiJson, stackName, stackOptions } from "../pulumi";
import { runRecovered } from "../recovery";
import { Environment } from "../setup";
import { healthTable } from "../table";

const help = `npm run up: brings the stack up and shows where its systems answer. Goes on where a run was killed.

  -- -s <stack>   another stack than dev (or BERTH_STACK)
  -- <options>    for \`pulumi up\`: npm run up -- --target '**web**'

Exits with 1 when an app's health check fails.`;

/** Set-up, a real \`pulumi up\`, then a look at every app through the router. */
export async function run(args: string[]): Promise<number> {
    const { values, rest } = parse(args, help, { values: stackOptions, rest: true });
    const environment = await prepare();
    const stack = stackName(values);
    await ensureStack(environment, stack);
    // The outputs are what the table shows.
    const update = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--stack", stack, ...rest];
    const code = await runRecovered({ environment, stack, say, goesAway: false }, update);
    return code === 0 ? showSystems(environment, stack) : code;
}

function say(text: string): void {
    process.stderr.write(`${text}\n`);
}

async function showSystems(environment: Environment, stack: string): Promise<number> {
    const outputs = (await pulumiJson(environment, ["stack", "output", "--json", "--stack", stack])) as {
        systems?: SystemsOutput;
    };
    const apps = await checkHealth(outputs.systems ?? {});
    process.stdout.write(`\n${healthTable(apps)}\n`);
    const failing = apps
        .filter(({ healthy }) => healthy === false)
        .map(({ system, app }) => `${system} ${app}`);
    if (failing.length > 0) {
        process.stderr.write(
            `\nNot healthy: ${failing.join(", ")}. \`docker logs\` of its container tells more; ` +
                "one that was stopped by hand comes back with `npm run up -- --refresh`.\n",
        );
        return 1;
    }
    return 0;
}
