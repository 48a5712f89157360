import fs from "node:fs";
import { check, Outcome, putBack, Scene, write } from "./actions";
import { GitHub } from "./github";

// For the workflows only, which have all that it takes in their variables: release.yml, pulumi.yml.
const actions: Record<string, (scene: Scene) => Promise<Outcome>> = { check, write, "put-back": putBack };

async function main(name: string | undefined, env: NodeJS.ProcessEnv): Promise<void> {
    const action = Object.hasOwn(actions, name ?? "") ? actions[name ?? ""] : undefined;
    if (action === undefined) {
        throw new Error(`no such action: one of ${Object.keys(actions).join(", ")}`);
    }
    const github = new GitHub({
        apiUrl: needed(env, "GITHUB_API_URL"),
        repository: needed(env, "GITHUB_REPOSITORY"),
        token: env.GH_TOKEN ?? "",
        commitToken: env.COMMIT_TOKEN ?? "",
    });
    const { text, outputs } = await action({ root: process.cwd(), github, env });
    annotate("notice", text);
    append(env.GITHUB_STEP_SUMMARY, `${text}\n`);
    append(env.GITHUB_OUTPUT, Object.entries(outputs).map(outputLine).join(""));
}

function needed(env: NodeJS.ProcessEnv, name: string): string {
    const value = env[name];
    if (value === undefined || value === "") {
        throw new Error(`the variable ${name} is not set`);
    }
    return value;
}

/** What somebody outside has sent may be a part of the text: on lines of its own it could be a command to the runner. */
function annotate(kind: "notice" | "error", text: string): void {
    const data = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
    process.stdout.write(`::${kind}::${data}\n`);
}

function append(file: string | undefined, text: string): void {
    if (file !== undefined) {
        fs.appendFileSync(file, text);
    }
}

function outputLine([name, value]: [string, string]): string {
    if (/[\r\n]/.test(value)) {
        throw new Error(`the output ${name} would have several lines`);
    }
    return `${name}=${value}\n`;
}

main(process.argv[2], process.env).catch((error: unknown) => {
    annotate("error", error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
});
