import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { FileStep, hashFiles, hashText } from "./cachedStep";
import { run } from "./command";
import { Need } from "./disk";
import { SetupError } from "./errors";
import { goCaches, goVariables, goVersion, requireGo } from "./go";
import { cacheFolder, projectRoot } from "./paths";

/** The language host's last version that is a Go module of its own (airgap/README.md). */
const languageHostVersion = "3.68.0";
export const traefikVersion = "3.6.0";

const cliPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const languageHostPackage = "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs";
const traefikPackage = "github.com/traefik/traefik/v3/cmd/traefik";
const versionSymbol = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** The version of a package that this project has installed: one place to say it, package.json. */
export function installedVersion(name: string): string {
    const file = path.join(projectRoot, "node_modules", name, "package.json");
    return (JSON.parse(fs.readFileSync(file, "utf8")) as { version: string }).version;
}

/** Pulumi's home in the air-gapped world: home-built plugins never lie among official ones. */
export function pulumiHome(): string {
    return path.join(cacheFolder(), "pulumi-home");
}

/** Where the `pulumi` package looks for its CLI, below a Pulumi home. */
export function cliFolder(home: string): string {
    return path.join(home, "versions", installedVersion("pulumi"), "bin");
}

/** A provider's plugin, below a Pulumi home. */
export function pluginFile(home: string, name: string): string {
    const version = installedVersion(`@pulumi/${name}`);
    return path.join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
}

/** A home-built provider's schema, kept so that a test can hold it against the SDK. */
function schemaFile(name: string): string {
    return path.join(cacheFolder(), "schemas", `${name}-${installedVersion(`@pulumi/${name}`)}.json`);
}

/** The CLI and the providers of docker and random, out of one module. */
export function engineStep(signal: AbortSignal): FileStep {
    const folder = path.join(projectRoot, "airgap/engine");
    const versions = {
        cli: installedVersion("pulumi"),
        docker: installedVersion("@pulumi/docker"),
        random: installedVersion("@pulumi/random"),
    };
    const flags = linkerFlags({
        [versionSymbol]: `v${versions.cli}`,
        "berth.dev/airgap/engine/docker.Version": versions.docker,
        "berth.dev/airgap/engine/random.Version": versions.random,
    });
    const home = pulumiHome();
    return {
        id: "engine",
        title: `Pulumi ${versions.cli} with docker ${versions.docker} and random ${versions.random}`,
        inputs: async () => ({
            sources: hashFiles(projectRoot, ["airgap/engine"]),
            flags: hashText(flags.join(" ")),
            go: await goVersion(),
        }),
        outputs: [
            path.join(cliFolder(home), "pulumi"),
            pluginFile(home, "docker"),
            pluginFile(home, "random"),
            schemaFile("docker"),
            schemaFile("random"),
        ],
        needs: () => goNeeds(`github.com/pulumi/pulumi/pkg/v3@v${versions.cli}`, 5500),
        make: async (note) => {
            await requireGo(folder);
            requireSameCli(folder, versions.cli);
            // The made files lie in a copy: the work tree stays as git has it.
            const copy = freshCopy(folder, "engine");
            note("compiling the providers' schema makers (first: downloads, minutes)");
            const generators = ["./docker/tfgen-docker", "./random/tfgen-random"];
            await goBuild(copy, flags, generators, signal, "building the schema makers");
            note("making the schemas");
            await Promise.all(["docker", "random"].map((name) => makeSchema(copy, name, signal)));
            note("compiling the CLI and the providers");
            const programs = [
                cliPackage,
                "./docker/pulumi-resource-docker",
                "./random/pulumi-resource-random",
            ];
            await goBuild(copy, flags, programs, signal, "building the Pulumi CLI and its providers");
            install(path.join(copy, "bin/pulumi"), path.join(cliFolder(home), "pulumi"));
            for (const name of ["docker", "random"]) {
                install(path.join(copy, `bin/pulumi-resource-${name}`), pluginFile(home, name));
                install(path.join(copy, `${name}/pulumi-resource-${name}/schema.json`), schemaFile(name));
            }
            fs.rmSync(copy, { recursive: true, force: true });
        },
    };
}

/** What runs Node programs for the engine. */
export function languageHostStep(signal: AbortSignal): FileStep {
    return moduleStep({
        id: "language-host",
        title: `Pulumi's Node language host ${languageHostVersion}`,
        goPackage: languageHostPackage,
        flags: linkerFlags({ [versionSymbol]: `v${languageHostVersion}` }),
        output: path.join(cliFolder(pulumiHome()), "pulumi-language-nodejs"),
        module: `github.com/pulumi/pulumi/sdk/v3@v${languageHostVersion}`,
        needsMb: 400,
        signal,
    });
}

/** The router, for its image. */
export function traefikStep(signal: AbortSignal): FileStep {
    return moduleStep({
        id: "traefik",
        title: `Traefik ${traefikVersion}`,
        goPackage: traefikPackage,
        flags: linkerFlags({ "github.com/traefik/traefik/v3/pkg/version.Version": traefikVersion }),
        output: path.join(cacheFolder(), "parts/traefik"),
        module: `github.com/traefik/traefik/v3@v${traefikVersion}`,
        needsMb: 4000,
        signal,
    });
}

/** `pulumi` in package.json and in go.mod are one version, or the home-built CLI would lie about its own. */
function requireSameCli(folder: string, wanted: string): void {
    const text = fs.readFileSync(path.join(folder, "go.mod"), "utf8");
    const got = /pulumi\/pkg\/v3 v(\S+)/.exec(text)?.[1];
    if (got !== wanted) {
        throw new SetupError(
            `package.json has pulumi ${wanted}, and airgap/engine/go.mod builds ${got ?? "none"}.`,
            'Change one of them (airgap/README.md, "A new version").',
        );
    }
}

/** A program that is built out of a Go module. */
export interface ModuleStep {
    id: string;
    title: string;
    /** Folder of go.mod and go.sum, from the project's root. @default airgap/<id> */
    folder?: string;
    /** What cannot be had otherwise, in the error where there is no Go. @default Pulumi */
    subject?: string;
    goPackage: string;
    flags: string[];
    output: string;
    /** The module it comes from, as Go's cache names its folder. */
    module: string;
    needsMb: number;
    signal: AbortSignal;
}

/** One program, out of a module that holds nothing else. */
export function moduleStep(step: ModuleStep): FileStep {
    const folder = path.join(projectRoot, step.folder ?? `airgap/${step.id}`);
    return {
        id: step.id,
        title: step.title,
        inputs: async () => ({
            sources: hashFiles(folder, ["go.mod", "go.sum"]),
            flags: hashText(step.flags.join(" ")),
            go: await goVersion(),
        }),
        outputs: [step.output],
        needs: () => goNeeds(step.module, step.needsMb),
        make: async (note) => {
            await requireGo(folder, step.subject);
            const copy = freshCopy(folder, step.id);
            note("compiling");
            await goBuild(copy, step.flags, [step.goPackage], step.signal, `building ${step.title}`);
            install(path.join(copy, "bin", path.basename(step.output)), step.output);
            fs.rmSync(copy, { recursive: true, force: true });
        },
    };
}

/** Downloads what a later build needs, while the processor is busy with another one. */
export async function prefetch(id: "language-host" | "traefik", signal: AbortSignal): Promise<void> {
    const folder = path.join(projectRoot, "airgap", id);
    const { file } = await requireGo(folder);
    const goPackage = id === "traefik" ? traefikPackage : languageHostPackage;
    await run(file, ["list", "-deps", goPackage], {
        cwd: folder,
        env: goVariables,
        signal,
        purpose: `downloading the modules of ${id}`,
    });
}

/** Room for a build: nearly all of it in Go's own caches, and little where these hold the module from an earlier one. */
async function goNeeds(module: string, coldMb: number): Promise<Need[]> {
    const caches = await goCaches();
    const warm = caches !== undefined && fs.existsSync(path.join(caches.modules, module));
    const own = { folder: cacheFolder(), mb: 500 };
    return caches === undefined || warm ? [own] : [own, { folder: caches.builds, mb: coldMb }];
}

function linkerFlags(symbols: Record<string, string>): string[] {
    const settings = Object.entries(symbols).map(([symbol, value]) => `-X ${symbol}=${value}`);
    // No paths of this machine in the binary, no tables for a debugger.
    return ["-trimpath", "-ldflags", ["-s -w", ...settings].join(" ")];
}

async function goBuild(
    cwd: string,
    flags: string[],
    packages: string[],
    signal: AbortSignal,
    purpose: string,
) {
    const { file } = await requireGo(cwd);
    fs.mkdirSync(path.join(cwd, "bin"), { recursive: true });
    const args = ["build", ...flags, "-o", `bin${path.sep}`, ...packages];
    await run(file, args, {
        cwd,
        env: { ...goVariables, GOMAXPROCS: String(os.cpus().length) },
        signal,
        purpose,
    });
}

async function makeSchema(copy: string, name: string, signal: AbortSignal): Promise<void> {
    const out = path.join(copy, name, `pulumi-resource-${name}`);
    const args = ["schema", "--skip-docs", "--skip-examples", "--out", out];
    // The generator may look for plugins of the user's: it has no business in their home.
    const env = { PULUMI_HOME: path.join(copy, "home"), PULUMI_SKIP_UPDATE_CHECK: "true" };
    await run(path.join(copy, `bin/tfgen-${name}`), args, {
        cwd: copy,
        env,
        signal,
        purpose: `making ${name}'s schema`,
    });
}

function freshCopy(folder: string, name: string): string {
    const copy = path.join(cacheFolder(), "build", name);
    fs.rmSync(copy, { recursive: true, force: true });
    fs.cpSync(folder, copy, { recursive: true });
    return copy;
}

/** Puts a finished file into its place, whole or not at all: both lie on the cache's file system. */
function install(from: string, to: string): void {
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.renameSync(from, to);
}
