import { setTimeout as sleep } from "node:timers/promises";
import { WireAction } from "./wire";

/** An answer of the API that is an error, worded as the real provider words it: message and code. */
class HetznerError extends Error {
    override readonly name = "HetznerError";

    constructor(
        readonly code: string,
        message: string,
    ) {
        super(`${message} (${code})`);
    }
}

/**
 * What another action is in the way of is asked for again: a volume and a network come to a server side by side, and a
 * subnet goes beside the server that is in it (`service_error`).
 */
const BUSY = ["locked", "conflict", "service_error"];

/** Between two looks at something that is under way: there is nothing that would tell. */
const POLL_MS = 50;

/** Half a minute: what a server that is a machine takes to end. */
const TRIES = 600;

/** Hetzner Cloud's API, as far as the provider asks it. */
export class HetznerClient {
    constructor(
        private readonly endpoint: string,
        private readonly token: string,
        private readonly signal: AbortSignal,
    ) {}

    get<T>(path: string): Promise<T> {
        return this.request("GET", path);
    }

    /** Undefined for what isn't there. */
    async find<T>(path: string): Promise<T | undefined> {
        return await this.get<T>(path).catch(unlessNotFound);
    }

    put<T>(path: string, body: object): Promise<T> {
        return this.request("PUT", path, body);
    }

    async post<T extends object>(path: string, body: object = {}): Promise<T> {
        const answer = await this.request<T>("POST", path, body);
        await this.settle(answer);
        return answer;
    }

    /** What is gone is gone. */
    async delete(path: string): Promise<void> {
        const answer = await this.request<object | undefined>("DELETE", path).catch(unlessNotFound);
        await this.settle(answer ?? {});
    }

    /**
     * Makes something, finishes it, and tells its id. Where that fails, what was made is taken back: of an error Pulumi
     * remembers nothing that there is.
     */
    async make(
        path: string,
        key: string,
        body: object,
        finish: (path: string) => Promise<void> = () => Promise.resolve(),
    ): Promise<string> {
        const answer = await this.request<Record<string, { readonly id: number }>>("POST", path, body);
        const id = String(answer[key]?.id);
        try {
            await this.settle(answer);
            await finish(`${path}/${id}`);
        } catch (error) {
            await this.delete(`${path}/${id}`);
            throw error;
        }
        return id;
    }

    /** Waits for the actions that an answer names; the first that fails is the error. */
    private async settle(answer: object): Promise<void> {
        const { action, actions = [], next_actions = [] } = answer as Begun;
        for (const each of [...(action ? [action] : []), ...actions, ...next_actions]) {
            let now = each;
            while (now.status === "running") {
                await sleep(POLL_MS, undefined, { signal: this.signal });
                now = (await this.get<{ action: WireAction }>(`/actions/${each.id}`)).action;
            }
            if (now.status === "error") {
                throw new HetznerError(now.error?.code ?? "action_failed", now.error?.message ?? now.command);
            }
        }
    }

    private async request<T>(method: string, path: string, body?: object): Promise<T> {
        for (let tries = 1; ; tries += 1) {
            const response = await fetch(`${this.endpoint}${path}`, {
                method,
                headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
                body: body === undefined ? undefined : JSON.stringify(body),
                signal: this.signal,
            });
            const answer = await response.text();
            const parsed: unknown = answer === "" ? undefined : JSON.parse(answer);
            if (response.ok) {
                return parsed as T;
            }
            const { code, message, details } = (parsed as Failure).error;
            if (!BUSY.includes(code) || tries === TRIES) {
                throw new HetznerError(code, message + describe(details));
            }
            await sleep(POLL_MS, undefined, { signal: this.signal });
        }
    }
}

interface Begun {
    readonly action?: WireAction | null;
    readonly actions?: readonly WireAction[];
    readonly next_actions?: readonly WireAction[];
}

interface Failure {
    readonly error: {
        readonly code: string;
        readonly message: string;
        readonly details: {
            readonly fields?: readonly { name: string; messages?: readonly string[] }[];
        } | null;
    };
}

function describe(details: Failure["error"]["details"]): string {
    const fields = (details?.fields ?? []).filter(({ messages = [] }) => messages.length > 0);
    const said = fields.map(({ name, messages = [] }) => `${name} ${messages.join(", ")}`);
    return said.length === 0 ? "" : `: ${said.join("; ")}`;
}

function unlessNotFound(error: unknown): undefined {
    if (error instanceof HetznerError && error.code === "not_found") {
        return undefined;
    }
    throw error;
}
