import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { writeAtomically } from "./cachedStep";
import { findProgram } from "./command";
import { logTail, startDaemon } from "./docker";
import { SetupError } from "./errors";
import { cacheFolder } from "./paths";
import { listenerOf } from "./ports";

const startTimeoutMs = 15_000;
/** Tells our registry from any other that may listen there. */
const markHeader = "x-berth-registry";

/** The registry's port on the loopback address. BERTH_REGISTRY_PORT moves it. */
export function registryPort(env: NodeJS.ProcessEnv = process.env): number {
    const value = env.BERTH_REGISTRY_PORT ?? "5055";
    const port = Number(value);
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
        throw new SetupError(`BERTH_REGISTRY_PORT is "${value}".`, "Set it to a port between 1 and 65535.");
    }
    return port;
}

/** As a daemon's `--registry-mirror` names it. */
export function registryUrl(): string {
    return `http://127.0.0.1:${registryPort()}`;
}

/** Runs the registry that the engine pulls through; says whether it had to be started. */
export async function ensureRegistry(note: (text: string) => void): Promise<"running" | "started"> {
    if ((await probe()) === "ours") {
        return "running";
    }
    await refuseTakenPort();
    const file = findProgram("docker-registry");
    if (file === undefined) {
        throw new SetupError(
            "The program docker-registry is missing.",
            "Install your distribution's docker-registry.",
        );
    }
    note("starting");
    const config = path.join(cacheFolder(), "registry/config.yml");
    writeAtomically(config, configuration());
    const daemon = startDaemon("registry", file, ["serve", config], { OTEL_TRACES_EXPORTER: "none" });
    const deadline = Date.now() + startTimeoutMs;
    while (Date.now() < deadline && !daemon.exited()) {
        if ((await probe()) === "ours") {
            return "started";
        }
        await delay(50);
    }
    throw new SetupError(
        `The image registry does not answer.\n${logTail(daemon)}`,
        `Its whole log is ${daemon.log}.`,
    );
}

async function refuseTakenPort(): Promise<void> {
    if ((await probe()) === "nobody") {
        return;
    }
    const owner = listenerOf(registryPort());
    const who = owner === undefined ? "another program" : `${owner.program} (process ${owner.pid})`;
    throw new SetupError(
        `Port ${registryPort()} is taken by ${who}; the image registry needs it.`,
        "End that program, or choose another port: BERTH_REGISTRY_PORT=5056.",
    );
}

function configuration(): string {
    const data = path.join(cacheFolder(), "registry/data");
    fs.mkdirSync(data, { recursive: true });
    return [
        "version: 0.1",
        "log: { level: warn, accesslog: { disabled: true } }",
        `storage: { filesystem: { rootdirectory: ${JSON.stringify(data)} }, delete: { enabled: true } }`,
        "http:",
        `  addr: 127.0.0.1:${registryPort()}`,
        `  headers: { ${markHeader}: ["1"] }`,
        "",
    ].join("\n");
}

/** Who answers on the registry's port. */
function probe(): Promise<"ours" | "stranger" | "nobody"> {
    return new Promise((resolve) => {
        const request = http.get(`${registryUrl()}/v2/`, { agent: false, timeout: 2000 }, (response) => {
            response.resume();
            resolve(response.headers[markHeader] === undefined ? "stranger" : "ours");
        });
        request.on("timeout", () => {
            request.destroy();
            resolve("stranger");
        });
        request.on("error", (error: NodeJS.ErrnoException) => {
            resolve(error.code === "ECONNREFUSED" ? "nobody" : "stranger");
        });
    });
}
