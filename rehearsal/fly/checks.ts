import http from "node:http";
import https from "node:https";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { milliseconds } from "./duration";
import { Check, CheckStatus, MachineConfig, WireDuration } from "./wire";

/** A check of a machine, and whether it decides about what Fly Proxy sends there. */
export interface NamedCheck {
    readonly name: string;
    readonly check: Check;
    readonly routing: boolean;
}

/** What Fly's Go client marks the checks of services by. */
const OF_SERVICE = "servicecheck-";

/** All checks of a config: those of services have names of their position, as the real ones. */
export function checksOf({ checks = {}, services = [] }: MachineConfig): NamedCheck[] {
    const own = Object.entries(checks).map(([name, check]) => ({
        name,
        check,
        routing: check.kind === "readiness",
    }));
    const ofServices = services.flatMap((service) =>
        (service.checks ?? []).map((check) => ({ port: service.internal_port, ...check })),
    );
    return [
        ...own,
        ...ofServices.map((check, index) => ({
            name: `${OF_SERVICE}${String(index).padStart(2, "0")}-${check.type ?? "tcp"}-${check.port ?? 0}`,
            check,
            routing: true,
        })),
    ];
}

/** The state of all checks of a machine on which none has run yet. */
export function untriedChecks(config: MachineConfig, status: CheckStatus["status"], output: string) {
    const updated_at = new Date().toISOString();
    return checksOf(config).map(({ name }): CheckStatus => ({ name, status, output, updated_at }));
}

/** Until a check passes for the first time it runs this often, within its first interval. */
const EARLY_MS = 500;

/**
 * Runs a check again and again until the signal. The real platform runs the first ones sooner than after one interval,
 * how soon is not told; here it is every half second until the first pass or the end of one interval.
 */
export async function watch(
    { name, check }: NamedCheck,
    address: string,
    report: (status: CheckStatus) => void,
    signal: AbortSignal,
): Promise<void> {
    const intervalMs = time(check.interval, "15s");
    await sleep(time(check.grace_period, "0s"), undefined, { signal });
    const early = Date.now() + intervalMs;
    for (let passed = false; !signal.aborted;) {
        const { passes, output } = await probe(check, address, signal);
        signal.throwIfAborted();
        passed ||= passes;
        const status = passes ? "passing" : "critical";
        report({ name, status, output, updated_at: new Date().toISOString() });
        const isEarly = !passed && Date.now() < early;
        await sleep(isEarly ? Math.min(EARLY_MS, intervalMs) : intervalMs, undefined, { signal });
    }
}

interface Outcome {
    readonly passes: boolean;
    readonly output: string;
}

async function probe(check: Check, address: string, signal: AbortSignal): Promise<Outcome> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(time(check.timeout, "2s"))]);
    try {
        return check.type === "http"
            ? await ask(check, address, limit)
            : await connect(check, address, limit);
    } catch (error) {
        const late = limit.aborted && !signal.aborted;
        return { passes: false, output: late ? "gave no answer in time" : messageOf(error) };
    }
}

const OUTPUT_LIMIT = 1000;

function ask(check: Check, address: string, signal: AbortSignal): Promise<Outcome> {
    const secure = check.protocol === "https";
    const options: https.RequestOptions = {
        host: address,
        port: check.port,
        path: check.path ?? "/",
        method: check.method ?? "GET",
        headers: Object.fromEntries((check.headers ?? []).map(({ name, values }) => [name, [...values]])),
        agent: false,
        signal,
        ...(secure ? { rejectUnauthorized: check.tls_skip_verify !== true } : {}),
    };
    return new Promise((resolve, reject) => {
        const request = (secure ? https : http).request(options, (response) => {
            let body = "";
            response.setEncoding("utf8");
            response.on("data", (text: string) => (body = (body + text).slice(0, OUTPUT_LIMIT)));
            response.on("error", reject);
            response.on("end", () => {
                const status = response.statusCode ?? 0;
                resolve({ passes: status >= 200 && status < 300, output: `${status}: ${body.trim()}` });
            });
        });
        request.on("error", reject).end();
    });
}

function connect({ port = 0 }: Check, host: string, signal: AbortSignal): Promise<Outcome> {
    return new Promise((resolve, reject) => {
        const socket = net.connect({ host, port, signal }, () => {
            socket.destroy();
            resolve({ passes: true, output: "Success" });
        });
        socket.on("error", reject);
    });
}

function time(duration: WireDuration | undefined, otherwise: WireDuration): number {
    return milliseconds(duration ?? otherwise) ?? 0;
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
