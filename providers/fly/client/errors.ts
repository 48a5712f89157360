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

/** What a user can do about it, by what the API said, and by its status. The first that fits is told. */
const WAYS_OUT: readonly {
    readonly fits: (status: number, reason: string) => boolean;
    readonly text: string;
}[] = [
    {
        fits: (_, reason) => /manifest[_ ]unknown|failed to (get|pull) (manifest|image)/i.test(reason),
        text: "There is no such image, or Fly may not pull it: push it to registry.fly.io/<app> before, or mend the reference.",
    },
    {
        fits: (status, reason) => (status === 422 || status === 403) && /limit|quota/i.test(reason),
        text: "The organization has used up what Fly allows it: remove what nobody needs, or ask Fly for more (its support).",
    },
    {
        fits: (_, reason) => /insufficient (resources|capacity)/i.test(reason),
        text: "The region has no room for it right now: run again later, or choose another region.",
    },
    {
        fits: (status) => status === 401,
        text: "The token is missing, wrong or expired: `fly tokens create org` makes one; set it as FLY_API_TOKEN or with `pulumi config set --secret fly:token`.",
    },
    {
        fits: (status) => status === 403,
        text: "The token may not do this: it needs the right to the app's organization (`fly tokens create org`).",
    },
    {
        fits: (status) => status === 429,
        text: "Fly's rate limit held through all retries: run again in a minute.",
    },
    {
        fits: (status) => status === NO_ANSWER || status >= 500,
        text: "Fly's API did not answer as it should (https://status.flyio.net): run again, it goes on where it stopped.",
    },
];

const NO_ANSWER = 0;

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
    const wayOut = WAYS_OUT.find(({ fits }) => fits(status ?? NO_ANSWER, reason));
    return [
        `could not ${action}: ${reason}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`,
        ...(wayOut === undefined ? [] : [wayOut.text]),
    ].join("\n");
}
