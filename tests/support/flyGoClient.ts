import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import execa from "execa";
import { run } from "../../tools/setup/command";
import { goVariables, requireGo } from "../../tools/setup/go";
import { projectRoot } from "../../tools/setup/paths";

/** What Fly's own client made of one call. */
export interface GoStep {
    readonly step: string;
    readonly result?: unknown;
    readonly error?: { message: string; httpStatus: number; status: string; hasRequestId: boolean };
}

const SOURCES = path.join(projectRoot, "rehearsal/fly/goclient");

/** The program that drives a Machines API with Fly's own Go client; Go's cache makes all builds but the first one short. */
export class GoClient {
    private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "berth-fly-go-"));
    private readonly program = path.join(this.folder, "client");

    async build(): Promise<void> {
        const { file } = await requireGo(
            SOURCES,
            "the driver of Fly's Go client, which tests the simulated Fly,",
        );
        await run(file, ["build", "-trimpath", "-o", this.program, "."], {
            cwd: SOURCES,
            env: goVariables,
            purpose: "building the driver of Fly's Go client",
        });
    }

    /** Takes all its steps; the token is a variable, as no list of processes shows these. */
    async drive(url: string, token: string, flags: Readonly<Record<string, string>>): Promise<GoStep[]> {
        const args = Object.entries(flags).map(([name, value]) => `-${name}=${value}`);
        const { stdout } = await execa(this.program, args, {
            env: { FLY_FLAPS_BASE_URL: url, FLY_API_TOKEN: token },
        });
        return stdout.split("\n").map((line) => JSON.parse(line) as GoStep);
    }

    remove(): void {
        fs.rmSync(this.folder, { recursive: true });
    }
}
