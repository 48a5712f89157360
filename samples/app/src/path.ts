import type { IncomingMessage } from "node:http";

/** The path of a request, without its query. */
export function pathOf(request: Pick<IncomingMessage, "url">): string {
    return request.url?.split("?", 1)[0] ?? "/";
}

/** The query of a request. */
export function queryOf(request: Pick<IncomingMessage, "url">): URLSearchParams {
    return new URLSearchParams(request.url?.split("?").slice(1).join("?"));
}
