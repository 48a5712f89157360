import fs from "node:fs";
import path from "node:path";
import { findProgram, run } from "./command";
import { SetupError } from "./errors";

/** A Go toolchain that is new enough. */
export interface GoToolchain {
    file: string;
    /** As `go env GOVERSION` says it: `go1.26.1`. */
    version: string;
}

/**
 * Variables that a build depends on, set so that nothing of the user's own (`go env -w`, a workspace around the project,
 * GOFLAGS) changes the result. Where modules come from (GOPROXY, GONOSUMDB …) stays the user's choice.
 */
export const goVariables: Record<string, string | undefined> = {
    GOFLAGS: "-mod=readonly",
    GOWORK: "off",
    GOTOOLCHAIN: "local",
    GO111MODULE: "on",
    CGO_ENABLED: "0",
    GOOS: process.platform,
    GOARCH: goArchitecture(),
    GOEXPERIMENT: "",
    GOTMPDIR: undefined,
};

/** Go's version, undefined when there is no Go: what is built already can be used without it. */
export async function goVersion(): Promise<string | undefined> {
    const file = findGo();
    if (file === undefined) {
        return undefined;
    }
    const version = await run(file, ["env", "GOVERSION"], {
        env: goVariables,
        purpose: "asking Go for its version",
    });
    return version.trim();
}

/** Where Go keeps what it has built and downloaded. */
export interface GoCaches {
    builds: string;
    modules: string;
}

/** Go's caches, undefined when there is no Go. */
export async function goCaches(): Promise<GoCaches | undefined> {
    const file = findGo();
    if (file === undefined) {
        return undefined;
    }
    const output = await run(file, ["env", "GOCACHE", "GOMODCACHE"], {
        env: goVariables,
        purpose: "asking Go for its caches",
    });
    const [builds = "", modules = ""] = output.trim().split("\n");
    return { builds, modules };
}

/**
 * The Go to build `subject` with; a clear sentence when there is none, or when it is older than the module in `folder` asks
 * for.
 */
export async function requireGo(folder: string, subject = "Pulumi"): Promise<GoToolchain> {
    const minimum = /^go (\S+)$/m.exec(fs.readFileSync(path.join(folder, "go.mod"), "utf8"))?.[1] ?? "1.25";
    const wayOut = `Install Go ${minimum} or newer from your distribution or Go's own site, put it on PATH, and run this again.`;
    const file = findGo();
    const version = await goVersion();
    if (file === undefined || version === undefined) {
        throw new SetupError(`${subject} has to be built here, and there is no Go on PATH.`, wayOut);
    }
    if (isOlder(version, minimum)) {
        throw new SetupError(`${subject} has to be built here, and ${file} is ${version}: too old.`, wayOut);
    }
    return { file, version };
}

/** Whether Go's version `go1.24.3` is older than `1.25.1`. Development versions count as new. */
export function isOlder(version: string, minimum: string): boolean {
    const have = /^go(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
    if (have === null) {
        return false;
    }
    const numbers = [1, 2, 3].map((index) => Number(have[index] ?? 0));
    const wanted = minimum.split(".").map(Number);
    for (const [index, number] of numbers.entries()) {
        const other = wanted[index] ?? 0;
        if (number !== other) {
            return number < other;
        }
    }
    return false;
}

function findGo(): string | undefined {
    return findProgram("go") ?? findProgram("go", { PATH: "/usr/local/go/bin" });
}

function goArchitecture(): string {
    return process.arch === "x64" ? "amd64" : process.arch;
}
