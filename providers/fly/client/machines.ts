import { isNotFound } from "./errors";
import { Http, Request } from "./http";
import { RATES } from "./limits";
import { Lists } from "./lists";
import { WireConfig, WireExec, WireLaunch, WireLease, WireMachine } from "./types";

/** One machine, and the lease that lets its holder change it. */
export interface Target {
    readonly app: string;
    readonly id: string;
    readonly nonce?: string;
}

/** The longest wait that the proxy before the API holds open, in seconds. Source: Fly's Go client. */
export const LONGEST_WAIT_SECONDS = 60;

/** Machines of the API, one method for each of its actions. */
export class Machines {
    constructor(
        private readonly http: Http,
        private readonly lists: Lists,
    ) {}

    /** All machines of an app but the destroyed ones; none where the app is gone. May be as old as the last change of this run. */
    list(app: string, signal: AbortSignal): Promise<readonly WireMachine[]> {
        return this.lists.get(app, "machines", () => this.look(app, signal));
    }

    /** The same as it is now. */
    async look(app: string, signal: AbortSignal): Promise<readonly WireMachine[]> {
        try {
            const machines = await this.http.send<WireMachine[]>({
                doing: `list the machines of "${app}"`,
                limit: `machine_list ${app}`,
                method: "GET",
                path: `/apps/${app}/machines`,
                signal,
            });
            return machines.filter(({ state }) => state !== "destroyed" && state !== "destroying");
        } catch (error) {
            if (isNotFound(error)) {
                return [];
            }
            throw error;
        }
    }

    get(target: Target, signal: AbortSignal): Promise<WireMachine> {
        return this.http.send({
            ...this.on("machine_get", "look at", target, signal),
            rate: RATES.getMachine,
            method: "GET",
        });
    }

    /** Not repeated where the API may have acted: see `createOnce`. */
    create(app: string, launch: WireLaunch, signal: AbortSignal): Promise<WireMachine> {
        return this.changing(app, {
            doing: `create a machine of "${app}"`,
            limit: `machine_create ${app}`,
            method: "POST",
            path: `/apps/${app}/machines`,
            body: launch,
            signal,
        });
    }

    /** Gives a machine another config. It starts over; one that was stopped starts, too. */
    update(
        target: Target,
        config: WireConfig,
        options: { minSecretsVersion?: number },
        signal: AbortSignal,
    ): Promise<WireMachine> {
        return this.changing(target.app, {
            ...this.on("machine_update", "update", target, signal),
            method: "POST",
            body: { config, min_secrets_version: options.minSecretsVersion },
            // The same config a second time is one restart more, and no harm.
            repeatable: true,
        });
    }

    start(target: Target, signal: AbortSignal): Promise<void> {
        return this.act("start", target, signal);
    }

    stop(target: Target, stop: { signal: string; timeout: string }, signal: AbortSignal): Promise<void> {
        return this.act("stop", target, signal, stop);
    }

    cordon(target: Target, signal: AbortSignal): Promise<void> {
        return this.act("cordon", target, signal);
    }

    uncordon(target: Target, signal: AbortSignal): Promise<void> {
        return this.act("uncordon", target, signal);
    }

    /** Ends a machine for good, running or not. What is gone is gone. */
    async destroy(target: Target, signal: AbortSignal): Promise<void> {
        try {
            await this.changing(target.app, {
                ...this.on("machine_destroy", "destroy", target, signal, "?force=true"),
                method: "DELETE",
            });
        } catch (error) {
            if (!isNotFound(error)) {
                throw error;
            }
        }
    }

    /** Waits on Fly's side until a version has a state; throws status 408 when the time is over. */
    wait(
        target: Target,
        wanted: { state: string; version?: string; seconds: number },
        signal: AbortSignal,
    ): Promise<void> {
        const seconds = Math.max(1, Math.min(Math.ceil(wanted.seconds), LONGEST_WAIT_SECONDS));
        const version = wanted.version === undefined ? "" : `&instance_id=${wanted.version}`;
        const query = `?state=${wanted.state}&timeout=${seconds}${version}`;
        return this.http.send({
            ...this.on("machine_wait", "wait for", target, signal, `/wait${query}`),
            method: "GET",
            timeoutSeconds: seconds + 15,
        });
    }

    /** Takes a machine's lease, or holds one's own for longer. Status 409 when somebody else has it. */
    lease(
        target: Target,
        { ttlSeconds, description }: { ttlSeconds: number; description: string },
        signal: AbortSignal,
    ): Promise<WireLease> {
        return this.http.send({
            ...this.on("machine_lease", "lease", target, signal, `/lease?ttl=${ttlSeconds}`),
            method: "POST",
            body: { ttl: ttlSeconds, description },
            // A lease whose answer got lost is found again by its description.
            repeatable: true,
        });
    }

    findLease(target: Target, signal: AbortSignal): Promise<WireLease> {
        return this.http.send({
            ...this.on("machine_find_lease", "look at the lease of", target, signal, "/lease"),
            method: "GET",
        });
    }

    releaseLease(target: Target, signal: AbortSignal): Promise<void> {
        return this.http.send({
            ...this.on("machine_release_lease", "release the lease of", target, signal, "/lease"),
            method: "DELETE",
        });
    }

    /** Runs a command in a machine. Its input may hold secrets: it stands in no list of processes. */
    exec(
        target: Target,
        command: { cmd: string; stdin: string; timeout: number },
        signal: AbortSignal,
    ): Promise<WireExec> {
        return this.http.send({
            ...this.on("machine_exec", "run a command in", target, signal, "/exec"),
            method: "POST",
            body: command,
            repeatable: true,
            timeoutSeconds: command.timeout + 15,
        });
    }

    private act(action: string, target: Target, signal: AbortSignal, body?: unknown): Promise<void> {
        return this.changing(target.app, {
            ...this.on(`machine_${action}`, action, target, signal, `/${action}`),
            method: "POST",
            body,
            repeatable: true,
        });
    }

    private async changing<Answer>(app: string, request: Request): Promise<Answer> {
        try {
            return await this.http.send<Answer>(request);
        } finally {
            this.lists.forget(app);
        }
    }

    private on(
        action: string,
        doing: string,
        { app, id, nonce }: Target,
        signal: AbortSignal,
        path = "",
    ): Pick<Request, "doing" | "limit" | "path" | "headers" | "signal"> {
        return {
            doing: `${doing} the machine ${id} of "${app}"`,
            limit: `${action} ${id}`,
            path: `/apps/${app}/machines/${id}${path}`,
            ...(nonce !== undefined && { headers: { "fly-machine-lease-nonce": nonce } }),
            signal,
        };
    }
}
