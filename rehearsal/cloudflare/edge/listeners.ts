import { createServer, Server } from "node:http";
import { createSecureServer, Http2SecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createSecureContext, SecureContext } from "node:tls";
import type { Certificate } from "../../certificates";

export type AnyServer = Server | Http2SecureServer;

/** A server for plain HTTP/1. */
export function plainServer(): Server {
    return createServer();
}

/** A server for HTTP/2 and HTTP/1 over TLS. A host without a certificate gets no connection. */
export function tlsServer(issue: (host: string) => Promise<Certificate> | undefined): Http2SecureServer {
    const contexts = new Map<string, Promise<SecureContext>>();
    const contextOf = (host: string) => {
        const issued = contexts.get(host) ?? issue(host)?.then(contextFor);
        if (issued !== undefined) {
            contexts.set(host, issued);
        }
        return issued ?? Promise.reject(new Error(`no certificate for ${host}`));
    };
    const server = createSecureServer({
        allowHTTP1: true,
        SNICallback: (host, callback) => {
            contextOf(host.toLowerCase()).then((context) => callback(null, context), callback);
        },
    });
    // Its answer is the alert; the other end breaks off.
    server.on("tlsClientError", () => undefined).on("sessionError", () => undefined);
    return server;
}

function contextFor({ key, certificate }: Certificate): SecureContext {
    return createSecureContext({ key, cert: certificate });
}

/** Listens; 0 for a port that is free. */
export function listen(server: AnyServer, address: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, address, () => resolve((server.address() as AddressInfo).port));
    });
}

/** Takes no more connections; resolves when those that are open have ended. */
export function close(server: AnyServer): Promise<void> {
    return new Promise((resolve) => {
        server.close(() => resolve());
    });
}
