/** What the API answered instead of what was asked for, with what Fly's support needs to look into it. */
export class FlyError extends Error {
    override readonly name = "FlyError";

    constructor(
        /** What was tried: `create a machine of "audifi-api"`. */
        readonly action: string,
        /** HTTP status of the answer; undefined where none came. */
        readonly status: number | undefined,
        /** The API's own words. */
        readonly reason: string,
        /** Fly's id of the request. */
        readonly requestId: string | undefined,
        /** The API's code for the kind of failure: `name_taken`. */
        readonly code?: string,
        options?: ErrorOptions,
    ) {
        super(describe(action, status, reason, requestId), options);
    }

    /** Whether the API may have acted although it did not say so. */
    get ambiguous(): boolean {
        return this.status === undefined || this.status >= 500 || this.status === 408;
    }
}

/** Whether an error says that a thing is not there. */
export function isNotFound(error: unknown): boolean {
    return error instanceof FlyError && error.status === 404;
}

/** Whether an error says that somebody else holds the machine's lease. */
export function isConflict(error: unknown): boolean {
    return error instanceof FlyError && error.status === 409;
}

/** What a user can do about a status, whatever was asked for. */
const WAYS_OUT: Readonly<Record<number, string>> = {
    401: "The token is missing, wrong or expired: `fly tokens create org` makes one; set it as FLY_API_TOKEN or with `pulumi config set --secret fly:token`.",
    403: "The token may not do this: it needs the right to the app's organization (`fly tokens create org`).",
    429: "Fly's rate limit held through all retries: run again in a minute.",
};

function describe(
    action: string,
    status: number | undefined,
    reason: string,
    requestId: string | undefined,
): string {
    const facts = [
        ...(status === undefined ? [] : [`status ${status}`]),
        ...(requestId === undefined ? [] : [`request ${requestId}`]),
    ];
    const wayOut = status === undefined ? undefined : WAYS_OUT[status];
    const outage =
        status === undefined || status >= 500
            ? "Fly's API did not answer as it should (https://status.flyio.net): run again, it goes on where it stopped."
            : undefined;
    return [
        `could not ${action}: ${reason}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`,
        ...(wayOut === undefined ? [] : [wayOut]),
        ...(outage === undefined ? [] : [outage]),
    ].join("\n");
}
