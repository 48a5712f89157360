import fs from "node:fs";
import { parse } from "../arguments";
import { prepare } from "../prepare";
import { previewComment, strikeOut } from "../preview/comment";
import { ensureStack, pulumi, stackName, stackOptions } from "../pulumi";
import { mendForLook } from "../recovery/machine";
import { Environment } from "../setup";

const help = `npm run preview: shows what \`npm run up\` would change.

  -- -s <stack>         another stack than dev (or BERTH_STACK)
  -- --comment <file>   also writes it as a comment for a pull request, in Markdown
  -- <options>          for \`pulumi preview\``;

/** Set-up, then `pulumi preview --diff`. */
export async function run(args: string[]): Promise<number> {
    const { values, rest } = parse(args, help, { values: ["--comment", ...stackOptions], rest: true });
    const environment = await prepare();
    const stack = stackName(values);
    await ensureStack(environment, stack);
    mendForLook(stack, (text) => process.stderr.write(`${text}\n`));
    const preview = ["preview", "--diff", "--stack", stack, ...rest];
    const file = values.get("--comment");
    return file === undefined
        ? (await pulumi(environment, preview)).code
        : writeComment(environment, { stack, preview, file });
}

async function writeComment(
    environment: Environment,
    { stack, preview, file }: { stack: string; preview: string[]; file: string },
): Promise<number> {
    const args = [...preview, "--color", "never", "--non-interactive"];
    const { code, stdout } = await pulumi(environment, args, { capture: true });
    const text = strikeOut(stdout, process.env);
    process.stdout.write(text);
    const comment = previewComment({ stack, code, text, runUrl: runUrl(process.env) });
    fs.writeFileSync(file, comment);
    return code;
}

/** Page of the run that this is a part of, where it is one of GitHub's. */
function runUrl(env: NodeJS.ProcessEnv): string | undefined {
    const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
    return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined;
}
