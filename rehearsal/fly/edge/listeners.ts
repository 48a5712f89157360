import { createServer, Server } from "node:http";
import { createServer as createTlsServer, Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createSecureContext } from "node:tls";

/** A certificate and its key, in PEM. */
export interface Certificate {
    readonly key: string;
    readonly cert: string;
}

/** Like the real proxy's: clients may keep a connection this long between two requests. */
const IDLE_MS = 60_000;

/** A server for plain HTTP. */
export function plainServer(): Server {
    return createServer({ keepAliveTimeout: IDLE_MS });
}

/** A server for TLS. A host without a certificate gets no connection. */
export function tlsServer(certificateOf: (host: string) => Certificate | undefined): TlsServer {
    return createTlsServer({
        keepAliveTimeout: IDLE_MS,
        SNICallback: (host, callback) => {
            const certificate = certificateOf(host);
            if (certificate === undefined) {
                callback(new Error(`no certificate for ${host}`));
            } else {
                callback(null, createSecureContext(certificate));
            }
        },
    });
}

/** Listens, and tells on which port: 0 stands for any that is free. */
export function listen(server: Server | TlsServer, port: number, address: string): Promise<number> {
    return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, address, () => resolve((server.address() as AddressInfo).port));
    });
}
