import { Resolver } from "node:dns/promises";
import https from "node:https";
import http from "node:http";
import { BlockList, isIP, LookupFunction } from "node:net";
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

/** What somebody outside has to know. */
export interface Outside {
    /** `address:port` of the only name server. */
    readonly nameServer: string;
    /** Authorities that are trusted, as PEM. */
    readonly authorities: readonly string[];
    /** Network of the rehearsal, as CIDR: nobody is asked outside of it. */
    readonly subnet: string;
}

/** Somebody outside: knows hosts by the name server alone, and trusts the authorities that it was told of. */
export class Browser {
    /** Certificates of the authorities that are trusted, as PEM. */
    readonly ca: string[];
    /** Where a rehearsal may go. */
    private readonly allowed = new BlockList();
    private readonly resolver = new Resolver({ timeout: 2000, tries: 2 });

    constructor({ nameServer, authorities, subnet }: Outside) {
        this.ca = [...authorities];
        this.resolver.setServers([nameServer]);
        const [network = "", prefix] = subnet.split("/");
        this.allowed.addSubnet(network, Number(prefix));
        this.allowed.addSubnet("127.0.0.0", 8);
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
                // A connection that has ended tells nothing of itself any more.
                const connection = connectionOf(response);
                text(response)
                    .then((read) => pageOf(response, read, connection))
                    .then(resolve, reject);
            });
            request.on("error", reject);
            request.end(body);
        });
    }

    /** Sends a message over a websocket, and gives what came back. */
    async echo(url: string, message: string): Promise<string> {
        const socket = this.socket(url);
        const late = setTimeout(() => socket.terminate(), PATIENCE_MS);
        try {
            return await new Promise<string>((resolve, reject) => {
                socket.on("open", () => socket.send(message));
                socket.on("message", (data: Buffer) => resolve(data.toString()));
                socket.on("error", reject);
                socket.on("close", () => reject(new Error(`${url} was closed before it answered`)));
            });
        } finally {
            clearTimeout(late);
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
                if (!this.allowed.check(first)) {
                    const error = new Error(`${host} leads out of the rehearsal, to ${first}`);
                    callback(error, "", 4);
                } else if (options.all === true) {
                    callback(null, [{ address: first, family: 4 }]);
                } else {
                    callback(null, first, 4);
                }
            },
            (error: unknown) => callback(error as NodeJS.ErrnoException, "", 4),
        );
    };
}

type Connection = Pick<Page, "protocol" | "issuer">;

function connectionOf({ socket }: http.IncomingMessage): Connection {
    return socket instanceof TLSSocket
        ? { protocol: socket.getProtocol() ?? "", issuer: issuerOf(socket) }
        : {};
}

function pageOf(
    { statusCode = 0, headers }: http.IncomingMessage,
    body: string,
    connection: Connection,
): Page {
    return { status: statusCode, headers, body, ...connection };
}

function issuerOf(socket: TLSSocket): string {
    const { CN = "" } = socket.getPeerCertificate().issuer;
    return Array.isArray(CN) ? CN.join(" ") : CN;
}
