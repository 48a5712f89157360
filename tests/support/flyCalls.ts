import { WireMachine } from "../../rehearsal/fly/wire";

/** What a request to the API came back with. */
export interface FlyReply<T> {
    readonly status: number;
    readonly headers: Headers;
    readonly body: T;
}

/** Requests to a Machines API, as a test makes them: without retries, and with a look at each status. */
export class FlyCalls {
    constructor(
        private readonly url: string,
        private readonly authorization = "Bearer simulated-token",
    ) {}

    get<T>(path: string): Promise<FlyReply<T>> {
        return this.call("GET", path);
    }

    post<T>(path: string, body?: unknown, nonce?: string): Promise<FlyReply<T>> {
        return this.call("POST", path, body, nonce);
    }

    put<T>(path: string, body: unknown): Promise<FlyReply<T>> {
        return this.call("PUT", path, body);
    }

    delete<T>(path: string, nonce?: string): Promise<FlyReply<T>> {
        return this.call("DELETE", path, undefined, nonce);
    }

    /** The status and the error of a request, in one line. */
    async refusal(method: string, path: string, body?: unknown, nonce?: string): Promise<string> {
        const reply = await this.call<{ error?: string }>(method, path, body, nonce);
        return `${reply.status} ${reply.body.error ?? "no error"}`;
    }

    /** Waits for a state, as long as the API lets one wait. */
    async wait(app: string, { id, instance_id }: WireMachine, state = "started"): Promise<WireMachine> {
        const query = `state=${state}&instance_id=${instance_id}&timeout=60`;
        const { status, body } = await this.get<unknown>(`/apps/${app}/machines/${id}/wait?${query}`);
        if (status !== 200) {
            throw new Error(`waiting for ${state} ended with ${status}: ${JSON.stringify(body)}`);
        }
        return (await this.get<WireMachine>(`/apps/${app}/machines/${id}`)).body;
    }

    async call<T>(method: string, path: string, body?: unknown, nonce?: string): Promise<FlyReply<T>> {
        const response = await fetch(`${this.url}/v1${path}`, {
            method,
            headers: {
                authorization: this.authorization,
                ...(nonce === undefined ? {} : { "fly-machine-lease-nonce": nonce }),
            },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const text = await response.text();
        return {
            status: response.status,
            headers: response.headers,
            body: (text === "" ? {} : JSON.parse(text)) as T,
        };
    }
}
