import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";

/** Names in lower case, each with all of its values. */
export type Headers = Readonly<Record<string, readonly string[]>>;

/** Headers that speak of one connection, not of the request. */
const HOP_BY_HOP = new Set([
    ...["connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"],
    ...["te", "trailer", "transfer-encoding", "upgrade", "http2-settings"],
]);

/** Where it is known from which country a visitor comes, that stands there; `XX` is Cloudflare's for not known. */
const COUNTRY = "XX";

/** What the edge knows of a request beside what the visitor sent. */
export interface Visit {
    readonly ray: string;
    readonly address: string;
    readonly secure: boolean;
}

/** Groups names and values that come in turn, as Node has them. */
export function grouped(raw: readonly string[]): Headers {
    const headers: Record<string, string[]> = {};
    for (let at = 0; at + 1 < raw.length; at += 2) {
        const [name = "", value = ""] = [raw[at]?.toLowerCase(), raw[at + 1]];
        (headers[name] ??= []).push(value);
    }
    return headers;
}

/** The host that a request is for, without a port. */
export function hostOf(headers: Headers): string {
    const [host = ""] = headers[":authority"] ?? headers.host ?? [];
    return host.toLowerCase().replace(/:\d+$/, "");
}

/** Headers for the connector: the visitor's, less those of the connection, and Cloudflare's own. */
export function requestHeaders(sent: Headers, { ray, address, secure }: Visit): OutgoingHttpHeaders {
    const scheme = secure ? "https" : "http";
    const [authority = ""] = sent[":authority"] ?? sent.host ?? [];
    const kept = Object.entries(withoutHops(sent)).filter(
        ([name]) => !/^(:|cf-)/.test(name) && !["host", "expect"].includes(name),
    );
    return {
        ...Object.fromEntries(kept.map(([name, values]) => [name, [...values]])),
        ":scheme": scheme,
        ":authority": authority,
        // HTTP/2 may send cookies one by one; an origin behind HTTP/1 gets one header.
        ...(sent.cookie && { cookie: sent.cookie.join("; ") }),
        "cf-connecting-ip": address,
        "cf-ipcountry": COUNTRY,
        "cf-ray": ray,
        "cf-visitor": JSON.stringify({ scheme }),
        "cdn-loop": "cloudflare; loops=1",
        // The edge adds the visitor to what came; it does not throw that away.
        "x-forwarded-for": [...(sent["x-forwarded-for"] ?? []), address].join(", "),
        "x-forwarded-proto": scheme,
    };
}

/** How cloudflared sends an origin's headers: name and value in Base64, so that HTTP/2 lets all of them pass. */
const USER_HEADERS = "cf-cloudflared-response-headers";
const META = "cf-cloudflared-response-meta";

/** The origin's headers in a connector's answer. */
export function originHeaders(answer: IncomingHttpHeaders): Headers {
    const pairs = textOf(answer[USER_HEADERS]).split(";").filter(Boolean);
    return grouped(
        pairs.flatMap((pair) => {
            const [name = "", value = ""] = pair.split(":");
            return [name, value].map((part) => Buffer.from(part, "base64").toString("latin1"));
        }),
    );
}

/** Whether an answer is cloudflared's own, since it could not reach the origin. */
export function isConnectorsOwn(answer: IncomingHttpHeaders): boolean {
    try {
        return (JSON.parse(textOf(answer[META])) as { src?: string }).src === "cloudflared";
    } catch {
        return false;
    }
}

/** Headers for the visitor. */
export function responseHeaders(origin: Headers, { ray }: Visit): Headers {
    return { ...withoutHops(origin), ...edgeHeaders(ray) };
}

/** Headers that each answer of the edge has. */
export function edgeHeaders(ray: string): Headers {
    return { server: ["cloudflare"], "cf-ray": [ray] };
}

function withoutHops(headers: Headers): Headers {
    const named = (headers.connection ?? [])
        .join()
        .toLowerCase()
        .split(/\s*,\s*/);
    return Object.fromEntries(
        Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.includes(name)),
    );
}

function textOf(value: string | string[] | undefined): string {
    return [value ?? ""].flat().join();
}
