/** Why the proxy itself answers: status and one of Fly Proxy's error codes. */
export class ProxyError extends Error {
    override readonly name = "ProxyError";

    constructor(
        readonly status: number,
        /** As Fly's documentation lists them: `PR03`, `PU02`… */
        readonly code: string,
        message: string,
    ) {
        super(message);
    }
}
