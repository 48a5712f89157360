import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import execa from "execa";
import { makeProject, TemporaryProject } from "../../tools/bench/project";
import { prepare } from "../../tools/prepare";
import type { Placed } from "./programs/apps";
import type { Said } from "./stack";

const ROOT = join(__dirname, "..", "..");

/** A stack of `programs/apps.ts` on this machine's engine, with a state of its own in a temporary folder. */
export class PlacedStack {
    private constructor(
        readonly name: string,
        private readonly project: TemporaryProject,
        private readonly folder: string,
    ) {}

    /** What a run left behind that was killed goes first. */
    static async make(name: string): Promise<PlacedStack> {
        await removeAll(`berth-${name}`);
        const environment = await prepare({ quiet: true });
        const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
        const project = await makeProject(folder, environment, {
            project: "berth-tests",
            stack: name,
            source: "../../tests/support/programs/apps.ts",
        });
        return new PlacedStack(name, project, folder);
    }

    /** Label of all that it has on the engine. */
    get label(): string {
        return `berth.stack=berth-${this.name}`;
    }

    /** A real `pulumi up` of what is to be there. */
    async up(placed: Placed, ...args: string[]): Promise<Said> {
        const set = await this.pulumi("config", "set", "placed", JSON.stringify(placed));
        return set.code === 0
            ? await this.pulumi("up", "--yes", "--skip-preview", "--suppress-outputs", ...args)
            : set;
    }

    async pulumi(...args: string[]): Promise<Said> {
        const { folder, stack, environment } = this.project;
        const { exitCode, all } = await execa(
            join(ROOT, "node_modules", ".bin", "pulumi"),
            [...args, "--stack", stack, "--non-interactive", "-C", folder],
            {
                all: true,
                reject: false,
                stdin: "ignore",
                env: { ...environment.variables, NO_COLOR: "1" },
            },
        );
        return { code: exitCode, output: all ?? "" };
    }

    /** Takes everything down, and the folder with the state. */
    async remove(): Promise<void> {
        const { code, output } = await this.pulumi("destroy", "--yes", "--skip-preview");
        rmSync(this.folder, { recursive: true });
        if (code !== 0) {
            await removeAll(`berth-${this.name}`);
            throw new Error(output);
        }
    }
}

/** Removes what has a stack's label, whoever knows of it. */
async function removeAll(prefix: string): Promise<void> {
    const docker = new Docker();
    const filters = { label: [`berth.stack=${prefix}`] };
    for (const { Id } of await docker.listContainers({ all: true, filters })) {
        await docker.getContainer(Id).remove({ force: true, v: true });
    }
    for (const { Id } of await docker.listNetworks({ filters })) {
        await docker.getNetwork(Id).remove();
    }
    for (const { Name } of (await docker.listVolumes({ filters })).Volumes) {
        await docker.getVolume(Name).remove();
    }
}
