/** An answer of the API that is an error: its status, and the code and text of its one entry in `errors`. */
export class ApiError extends Error {
    override readonly name = "ApiError";

    constructor(
        readonly status: number,
        readonly code: number,
        message: string,
    ) {
        super(message);
    }
}

/** What a token gets that may not: also for ids of others, so that nobody learns which ones there are. */
export function unauthenticated(): ApiError {
    return new ApiError(403, 10000, "Authentication error");
}

/** What a record can't be. Codes of the 9000s are the API's own for each form of content. */
export function invalidRecord(code: number, message: string): ApiError {
    return new ApiError(400, code, message);
}

export function invalidAccess(message: string): ApiError {
    return new ApiError(400, 12130, `access.api.error.invalid_request: ${message}`);
}
