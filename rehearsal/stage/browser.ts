import { Resolver } from "node:dns/promises";
import https from "node:https";
import http from "node:http";
import { isIP, LookupFunction } from "node:net";
import { text } from "node:stream/consumers";
import { TLSSocket } from "node:tls";
import WebSocket from "ws";

/** What a browser was answered. */
export interface Page {
    readonly status: number;
    readonly headers: Readonly<http.IncomingHttpHeaders>;
    readonly body: string;
    /** `TLSv1.3`; undefined without TLS. */
    readonly protocol?: string;
    /** Who signed the certificate. */
    readonly issuer?: string;
}

const PATIENCE_MS = 15_000;

/** What a browser is sent with. */
export interface Ask {
    readonly method?: string;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** The newest version of TLS that it speaks. */
    readonly maxVersion?: "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
}

/** Somebody outside: knows hosts by the name server alone, and trusts the authorities that it was told of. */
export class Browser {
    /** Certificates of the authorities that are trusted, as PEM. */
    readonly ca: string[];
    private readonly resolver = new Resolver({ timeout: 2000, tries: 2 });

    constructor(nameServer: string, authorities: readonly string[]) {
        this.ca = [...authorities];
        this.resolver.setServers([nameServer]);
    }

    /** Asks once, on a connection of its own. */
    async get(url: string, ask: Ask = {}): Promise<Page> {
        const { method = "GET", body, headers, maxVersion } = ask;
        const secure = url.startsWith("https:");
        const options = {
            ...{ method, headers, agent: false, lookup: this.lookup, ca: this.ca },
            ...(maxVersion && { maxVersion, minVersion: "TLSv1" as const, ciphers: "DEFAULT@SECLEVEL=0" }),
            signal: AbortSignal.timeout(PATIENCE_MS),
        };
        return await new Promise((resolve, reject) => {
            const request = (secure ? https : http).request(url, options, (response) => {
                text(response).then((read) => resolve(pageOf(response, read)), reject);
            });
            request.on("error", reject);
            request.end(body);
        });
    }

    /** Sends a message over a websocket, and gives what came back. */
    async echo(url: string, message: string): Promise<string> {
        const socket = this.socket(url);
        try {
            return await new Promise<string>((resolve, reject) => {
                socket.on("open", () => socket.send(message));
                socket.on("message", (data: Buffer) => resolve(data.toString()));
                socket.on("error", reject);
                socket.on("close", () => reject(new Error(`${url} was closed before it answered`)));
            });
        } finally {
            socket.terminate();
        }
    }

    /** Opens a websocket. */
    socket(url: string): WebSocket {
        return new WebSocket(url, {
            lookup: this.lookup,
            ca: this.ca,
            handshakeTimeout: PATIENCE_MS,
        });
    }

    /** Addresses of a host; none when it has no name. */
    async addresses(host: string): Promise<string[]> {
        try {
            return await this.resolver.resolve4(host);
        } catch (error) {
            if (["ENOTFOUND", "ENODATA"].includes((error as NodeJS.ErrnoException).code ?? "")) {
                return [];
            }
            throw error;
        }
    }

    /** What a connection asks for an address. */
    readonly lookup: LookupFunction = (host, options, callback) => {
        if (isIP(host) !== 0) {
            callback(null, host, isIP(host));
            return;
        }
        this.resolver.resolve4(host).then(
            ([first = ""]) => {
                if (options.all === true) {
                    callback(null, [{ address: first, family: 4 }]);
                } else {
                    callback(null, first, 4);
                }
            },
            (error: unknown) => callback(error as NodeJS.ErrnoException, "", 4),
        );
    };
}

function pageOf(response: http.IncomingMessage, body: string): Page {
    const { socket, statusCode = 0, headers } = response;
    const tls = socket instanceof TLSSocket;
    return {
        status: statusCode,
        headers,
        body,
        ...(tls && { protocol: socket.getProtocol() ?? "", issuer: issuerOf(socket) }),
    };
}

function issuerOf(socket: TLSSocket): string {
    const { CN = "" } = socket.getPeerCertificate().issuer;
    return Array.isArray(CN) ? CN.join(" ") : CN;
}
