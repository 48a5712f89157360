import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Docker from "dockerode";
import { findProgram, run } from "./command";
import { SetupError } from "./errors";
import { cacheFolder } from "./paths";

/** A Docker engine that answers. */
export interface Engine {
    docker: Docker;
    /** For DOCKER_HOST; undefined where the default is right. */
    host: string | undefined;
    version: string;
    /** Registry mirrors it is configured with, as it says them. */
    mirrors: string[];
}

const defaultHost = "unix:///var/run/docker.sock";
const pingTimeoutMs = 5000;
const startTimeoutMs = 60_000;

/** The engine that is there: DOCKER_HOST, else the docker command's context, else the usual sockets. */
export async function findEngine(env: NodeJS.ProcessEnv = process.env): Promise<Engine | undefined> {
    if (env.DOCKER_HOST) {
        const engine = await connect(env.DOCKER_HOST);
        if (engine === undefined) {
            throw new SetupError(
                `No Docker engine answers at DOCKER_HOST (${env.DOCKER_HOST}).`,
                "Start it, or unset DOCKER_HOST to use the one of this machine.",
            );
        }
        return engine;
    }
    for (const host of usualHosts(env)) {
        const engine = await connect(host);
        if (engine !== undefined) {
            return engine;
        }
    }
    refuseForbiddenSocket();
    return undefined;
}

/** Where an engine may listen, likeliest first. */
export function usualHosts(env: NodeJS.ProcessEnv): string[] {
    const home = env.HOME ?? os.homedir();
    const runtime = env.XDG_RUNTIME_DIR;
    const hosts = [
        contextHost(env, home),
        defaultHost,
        runtime === undefined ? undefined : `unix://${runtime}/docker.sock`,
        `unix://${home}/.docker/run/docker.sock`,
        `unix://${home}/.docker/desktop/docker.sock`,
    ];
    return [...new Set(hosts.filter((host) => host !== undefined))];
}

/** The endpoint of the context that the docker command uses: Docker Desktop and rootless engines have one. */
function contextHost(env: NodeJS.ProcessEnv, home: string): string | undefined {
    const folder = env.DOCKER_CONFIG ?? path.join(home, ".docker");
    const config = readJson(path.join(folder, "config.json")) as { currentContext?: string } | undefined;
    const name = env.DOCKER_CONTEXT ?? config?.currentContext ?? "default";
    if (name === "default") {
        return undefined;
    }
    const id = createHash("sha256").update(name).digest("hex");
    const meta = readJson(path.join(folder, "contexts/meta", id, "meta.json")) as
        { Endpoints?: { docker?: { Host?: string } } } | undefined;
    return meta?.Endpoints?.docker?.Host;
}

function readJson(file: string): unknown {
    try {
        return JSON.parse(fs.readFileSync(file, "utf8"));
    } catch {
        return undefined;
    }
}

/** The engine at an address, undefined when none answers there. */
export async function connect(host: string): Promise<Engine | undefined> {
    const docker = client(host);
    try {
        const info = (await withTimeout(docker.info(), pingTimeoutMs)) as {
            ServerVersion: string;
            RegistryConfig?: { Mirrors?: string[] | null };
        };
        return {
            docker,
            host: host === defaultHost ? undefined : host,
            version: info.ServerVersion,
            mirrors: info.RegistryConfig?.Mirrors ?? [],
        };
    } catch {
        return undefined;
    }
}

function client(host: string): Docker {
    if (host.startsWith("unix://")) {
        return new Docker({ socketPath: host.slice("unix://".length) });
    }
    // tcp (with DOCKER_TLS_VERIFY, DOCKER_CERT_PATH) and ssh: the library reads the same variables as the docker command.
    process.env.DOCKER_HOST = host;
    return new Docker();
}

async function withTimeout<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
    const abort = new AbortController();
    const late = delay(milliseconds, undefined, { signal: abort.signal }).then(() => {
        throw new Error(`no answer within ${milliseconds} ms`);
    });
    try {
        return await Promise.race([promise, late]);
    } finally {
        abort.abort();
        late.catch(() => undefined);
    }
}

/** A socket that is there but closed to us means that an engine runs: starting another one would be wrong. */
function refuseForbiddenSocket(): void {
    const file = defaultHost.slice("unix://".length);
    try {
        fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EACCES") {
            throw new SetupError(
                `This user may not talk to the Docker engine (${file}).`,
                `Run \`sudo usermod -aG docker ${os.userInfo().username}\`, log in anew, and run this again.`,
            );
        }
    }
}

/** What to do when an engine is needed and none answers: somebody who may, starts it by hand. */
export function noEngine(): SetupError {
    return new SetupError(
        "No Docker engine answers here.",
        "Install and start Docker (or set DOCKER_HOST to one that runs), then run this again.",
    );
}

/** Starts the machine's own dockerd, which goes on when this command has ended. */
export async function startEngine(mirror: string, note: (text: string) => void): Promise<Engine> {
    if (process.getuid?.() !== 0) {
        throw new SetupError(
            "No Docker engine answers here, and starting one needs root.",
            "Start it as root (`sudo systemctl start docker`, or `sudo dockerd`), then run this again.",
        );
    }
    note("starting");
    if (fs.existsSync("/run/systemd/system")) {
        await run("systemctl", ["start", "docker"], { purpose: "starting the Docker engine" });
        return waitForEngine(undefined);
    }
    const dockerd = findProgram("dockerd");
    if (dockerd === undefined) {
        throw noEngine();
    }
    const daemon = startDaemon("dockerd", dockerd, [`--registry-mirror=${mirror}`]);
    return waitForEngine(daemon);
}

/** A program that this command leaves running. */
export interface Daemon {
    pid: number;
    log: string;
    /** Set once it has ended. */
    exited: () => boolean;
}

/** Starts a program detached: its output in a log, its process id in a file, both in the cache. */
export function startDaemon(
    name: string,
    file: string,
    args: string[],
    env?: Record<string, string>,
): Daemon {
    const folder = path.join(cacheFolder(), "run");
    fs.mkdirSync(folder, { recursive: true });
    const log = path.join(folder, `${name}.log`);
    const output = fs.openSync(log, "a");
    const child = spawn(file, args, {
        cwd: "/",
        detached: true,
        stdio: ["ignore", output, output],
        env: { ...process.env, ...env },
    });
    fs.closeSync(output);
    let exited = false;
    child.on("error", () => {
        exited = true;
    });
    child.on("exit", () => {
        exited = true;
    });
    child.unref();
    fs.writeFileSync(path.join(folder, `${name}.pid`), `${child.pid ?? ""}\n`);
    return { pid: child.pid ?? 0, log, exited: () => exited };
}

/** The last lines of a daemon's log. */
export function logTail(daemon: Daemon, lines = 10): string {
    const text = fs.readFileSync(daemon.log, "utf8").trimEnd();
    return text
        .split("\n")
        .slice(-lines)
        .map((line) => `    ${line}`)
        .join("\n");
}

async function waitForEngine(daemon: Daemon | undefined): Promise<Engine> {
    const deadline = Date.now() + startTimeoutMs;
    while (Date.now() < deadline && daemon?.exited() !== true) {
        const engine = await connect(defaultHost);
        if (engine !== undefined) {
            return engine;
        }
        await delay(200);
    }
    const details = daemon === undefined ? "" : `\n${logTail(daemon)}`;
    throw new SetupError(
        `The Docker engine was started and does not answer.${details}`,
        daemon === undefined ? "See `journalctl -u docker`." : `Its whole log is ${daemon.log}.`,
    );
}
