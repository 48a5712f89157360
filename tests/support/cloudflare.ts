import { SimulatedCloudflare, SimulatedCloudflareArgs } from "../../rehearsal/cloudflare";

export const ACCOUNT = "0123456789abcdef0123456789abcdef";
export const ZONE = "11111111111111111111111111111111";
export const OTHER_ACCOUNT = "fedcba9876543210fedcba9876543210";
export const OTHER_ZONE = "22222222222222222222222222222222";
export const TOKEN = "token-of-ours";

/** Two accounts with a zone each. */
export const ACCOUNTS: SimulatedCloudflareArgs["accounts"] = [
    { id: ACCOUNT, token: TOKEN, zones: [{ name: "shop.example", id: ZONE }] },
    { id: OTHER_ACCOUNT, token: "token-of-theirs", zones: [{ name: "other.example", id: OTHER_ZONE }] },
];

/** A secret as a tunnel has it: 32 bytes. */
export const TUNNEL_SECRET = Buffer.alloc(32, 7).toString("base64");

const started: SimulatedCloudflare[] = [];

/** Starts a simulation, which `stopCloudflares` stops. */
export async function startCloudflare(
    args: Partial<SimulatedCloudflareArgs> = {},
): Promise<SimulatedCloudflare> {
    const cloudflare = await SimulatedCloudflare.start({ accounts: ACCOUNTS, ...args });
    started.push(cloudflare);
    return cloudflare;
}

export async function stopCloudflares(): Promise<void> {
    await Promise.all(started.splice(0).map((cloudflare) => cloudflare.stop()));
}

/** What the API answered. */
export interface Answered {
    readonly status: number;
    readonly success: boolean;
    readonly errors: readonly { readonly code: number; readonly message: string }[];
    readonly result: unknown;
    readonly result_info?: Readonly<Record<string, number>>;
}

/** A caller of the API: sees envelopes as they come. */
export class CloudflareCalls {
    constructor(
        private readonly url: string,
        private readonly token = TOKEN,
    ) {}

    async send(method: string, path: string, body?: unknown): Promise<Answered> {
        const response = await fetch(this.url + path, {
            method,
            headers: { authorization: `Bearer ${this.token}` },
            ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
        });
        return { status: response.status, ...((await response.json()) as Omit<Answered, "status">) };
    }

    /** The result of a request that has to succeed. */
    async result<Result = Readonly<Record<string, unknown>>>(
        method: string,
        path: string,
        body?: unknown,
    ): Promise<Result> {
        const { success, errors, result } = await this.send(method, path, body);
        if (!success) {
            throw new Error(`${method} ${path}: ${JSON.stringify(errors)}`);
        }
        return result as Result;
    }

    /** A refusal in one line: status, code and text. */
    async refusal(method: string, path: string, body?: unknown): Promise<string> {
        const { status, success, errors } = await this.send(method, path, body);
        return success
            ? `${status} success`
            : `${status} ${errors[0]?.code ?? ""} ${errors[0]?.message ?? ""}`;
    }
}
