import fs from "node:fs";
import { findProgram, run } from "./command";
import { SetupError } from "./errors";

/** A program that a Debian package brings. */
export interface Need {
    program: string;
    package: string;
}

/** Installs the packages whose programs are missing. */
export async function installPrograms(needs: Need[], note: (text: string) => void): Promise<void> {
    const missing = needs.filter(({ program }) => findProgram(program) === undefined);
    if (missing.length === 0) {
        return;
    }
    const packages = [...new Set(missing.map((need) => need.package))];
    const command = `apt-get install --no-install-recommends ${packages.join(" ")}`;
    const programs = missing.map(({ program }) => program).join(", ");
    if (findProgram("apt-get") === undefined) {
        throw new SetupError(
            `These programs are missing: ${programs}.`,
            "There is no apt here to install them: get them from your distribution, then run this again.",
        );
    }
    if (process.getuid?.() !== 0) {
        throw new SetupError(
            `These programs are missing: ${programs}. Installing them needs root.`,
            `Run once \`sudo ${command}\`, then this again as yourself.`,
        );
    }
    note(`apt: ${packages.join(", ")}`);
    if (!(await haveCandidates(packages)) || listsAreOld()) {
        await run("apt-get", ["update", ...lockTimeout], {
            env: quiet,
            purpose: "reading apt's package lists",
        });
    }
    await run("apt-get", ["install", "-y", "--no-install-recommends", ...lockTimeout, ...packages], {
        env: quiet,
        purpose: `installing ${packages.join(", ")}`,
    });
}

/** apt waits this long for another one that is at work. */
const lockTimeout = ["-o", "DPkg::Lock::Timeout=120"];
const quiet = { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "a" };
/** Of the package debian-archive-keyring, which mmdebstrap brings along. */
const archiveKeys = "/usr/share/keyrings/debian-archive-keyring.gpg";
const dayMs = 24 * 3600_000;

async function haveCandidates(packages: string[]): Promise<boolean> {
    const policy = await run("apt-cache", ["policy", ...packages], { purpose: "asking apt for packages" });
    return (policy.match(/^ {2}Candidate: (?!\(none\))/gm) ?? []).length === packages.length;
}

/** Old lists name files that a mirror has dropped since. */
function listsAreOld(): boolean {
    const stat = fs.statSync("/var/lib/apt/lists", { throwIfNoEntry: false });
    return stat === undefined || Date.now() - stat.mtimeMs > dayMs;
}

/**
 * Debian's archive as this machine has it configured, as sources.list lines for `suite`; undefined where the machine is no
 * Debian of that suite, and the bootstrapper's own default has to do.
 */
export async function debianSources(suite: string): Promise<string | undefined> {
    const format = "$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(COMPONENT)";
    const targets = await run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"], {
        purpose: "reading apt's sources",
    });
    const lines = targets
        .split("\n")
        .map((line) => line.split("|"))
        .filter(([origin, codename, , component]) => {
            return origin === "Debian" && codename?.startsWith(suite) === true && component === "main";
        })
        .map(([, codename = "", uri = ""]) => `deb [signed-by=${archiveKeys}] ${uri} ${codename} main`);
    return lines.length === 0 ? undefined : `${[...new Set(lines)].join("\n")}\n`;
}
