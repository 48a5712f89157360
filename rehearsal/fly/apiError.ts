/** An answer of the API that is an error: its status and its JSON body. */
export class ApiError extends Error {
    override readonly name = "ApiError";

    constructor(
        readonly status: number,
        message: string,
        /** Further fields of the body; `status` is the code that Fly's Go client classifies errors by. */
        readonly fields: Readonly<Record<string, unknown>> = {},
    ) {
        super(message);
    }

    get body(): Readonly<Record<string, unknown>> {
        return { error: this.message, ...this.fields };
    }
}

/**
 * The machines' part of the API words its errors as `<code>: <text>`, with the statuses that the Twirp protocol gives
 * these codes (its clients look for "failed_precondition", "machine failed to reach desired state" and the like).
 */
const STATUS = {
    invalid_argument: 400,
    permission_denied: 403,
    not_found: 404,
    deadline_exceeded: 408,
    already_exists: 409,
    aborted: 409,
    failed_precondition: 412,
} as const;

export function failure(code: keyof typeof STATUS, message: string): ApiError {
    return new ApiError(STATUS[code], `${code}: ${message}`);
}

/** What the apps' part of the API says of input that it can't take. */
export function invalid(message: string, status?: string): ApiError {
    return new ApiError(422, `Validation failed: ${message}`, status === undefined ? {} : { status });
}
