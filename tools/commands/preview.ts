import { parse } from "../arguments";
import { prepare } from "../prepare";
import { ensureStack, pulumi, stackName, stackOptions } from "../pulumi";

const help = `npm run preview: shows what \`npm run up\` would change.

  -- -s <stack>   another stack than dev (or BERTH_STACK)
  -- <options>    for \`pulumi preview\``;

/** Set-up, then `pulumi preview --diff`. */
export async function run(args: string[]): Promise<number> {
    const { values, rest } = parse(args, help, { values: stackOptions, rest: true });
    const environment = await prepare();
    const stack = stackName(values);
    await ensureStack(environment, stack);
    return (await pulumi(environment, ["preview", "--diff", "--stack", stack, ...rest])).code;
}
