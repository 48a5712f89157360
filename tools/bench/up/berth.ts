import fs from "node:fs";
import path from "node:path";
import { pulumi } from "../../pulumi";
import { Environment } from "../../setup";
import { SetupError } from "../../setup/errors";
import { Export } from "../deployment";
import { makeProject, TemporaryProject } from "../project";
import { Database } from "./snapshot";

const STACK = "bench-up";

/** Labels of everything that the stack makes on the engine. */
export const STACK_LABELS = { "berth.stack": `berth-${STACK}` };

/** Image that the stack builds of the sample app. */
export const SAMPLE_REPOSITORY = `berth-${STACK}-sample`;

/** The stack dev, with names and ports of its own. */
function settings(ports: readonly number[]): string {
    const [router = 0, postgres = 0, redis = 0, second = 0] = ports;
    return `config:
  berth:composition: dev
  berth:httpPort: ${router}
  berth:domain: bench.localhost
  berth:inventSecrets: true
  partyquiz:publish:
    postgres: ${postgres}
    redis: ${redis}
  korczewski:publish:
    postgres: ${second}
  korczewski:googleClientId: bench
  connected-repo:googleClientId: bench
  connected-repo:webappUrl: http://app.bench.localhost
`;
}

/** The project's own program in a stack that has never been up, with a state of its own. */
export async function makeStack(
    root: string,
    environment: Environment,
    ports: readonly number[],
): Promise<TemporaryProject> {
    fs.mkdirSync(root);
    const project = await makeProject(root, environment, {
        project: "berth",
        stack: STACK,
        source: "../../index.ts",
    });
    // Behind the salt that Pulumi has noted there.
    fs.appendFileSync(path.join(project.folder, `Pulumi.${STACK}.yaml`), settings(ports));
    return project;
}

/** `pulumi up`. */
export function up(project: TemporaryProject, ...options: string[]): Promise<string> {
    return run(project, "up", "--yes", "--skip-preview", ...options);
}

/** Takes everything down, data and all. */
export async function down(project: TemporaryProject): Promise<void> {
    await run(project, "destroy", "--yes", "--skip-preview");
}

/** The databases that the stack has made, with their passwords. */
export async function databasesOf(project: TemporaryProject): Promise<Database[]> {
    const state = JSON.parse(await run(project, "stack", "export", "--show-secrets")) as Export;
    return (state.deployment.resources ?? [])
        .filter(({ type }) => type === "berth:index:PostgresDatabase")
        .map(({ inputs = {} }) => ({
            server: plain(inputs.server),
            database: plain(inputs.database),
            user: plain(inputs.user),
            password: plain(inputs.password),
        }));
}

/** A text of the state, secret or not. */
function plain(value: unknown): string {
    if (typeof value === "string") {
        return value;
    }
    const { plaintext } = value as { plaintext: string };
    return JSON.parse(plaintext) as string;
}

async function run({ folder, stack, environment }: TemporaryProject, ...args: string[]): Promise<string> {
    const all = ["-C", folder, "--non-interactive", "--color", "never", "--stack", stack, ...args];
    const { code, stdout } = await pulumi(environment, all, { capture: true });
    if (code !== 0) {
        process.stderr.write(stdout);
        throw new SetupError(`\`pulumi ${args[0] ?? ""}\` failed in the bench (${code}).`, "See above.");
    }
    return stdout;
}
