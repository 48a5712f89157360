import { createServer, IncomingMessage, Server, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { parseReference } from "../../lib/imageReference";
import { BlobStore } from "./blobs";
import { MANIFEST_TYPE } from "./manifest";
import { NameStore } from "./names";

/** What is asked for: the API itself, or content of a repository. */
interface Asked {
    readonly kind: "manifests" | "blobs";
    readonly repository: string;
    readonly reference: string;
}

/** The part of the registry API with which images are pulled (OCI distribution specification, "pull"). */
export function registryServer(blobs: BlobStore, names: NameStore): Server {
    return createServer((request, response) => {
        answer(request, response, blobs, names).catch((error: unknown) => {
            // Who pulls sees the connection break, and tries again.
            response.destroy(error instanceof Error ? error : new Error(String(error)));
        });
    });
}

async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    blobs: BlobStore,
    names: NameStore,
): Promise<void> {
    response.setHeader("Docker-Distribution-Api-Version", "registry/2.0");
    if (request.method !== "GET" && request.method !== "HEAD") {
        refuse(
            response,
            405,
            "UNSUPPORTED",
            `${request.method ?? ""} is not for here: images are pushed otherwise`,
        );
        return;
    }
    const [path = ""] = (request.url ?? "").split("?", 1);
    if (path === "/v2/" || path === "/v2") {
        send(response, 200, "{}");
        return;
    }
    const asked = readPath(path);
    if (asked === undefined) {
        refuse(response, 404, "NAME_INVALID", `nothing has the path ${path}`);
        return;
    }
    const { kind, repository, reference } = asked;
    const digest = kind === "blobs" ? reference : await names.find(repository, reference);
    const blob = digest === undefined ? undefined : await blobs.find(digest);
    if (blob === undefined) {
        const code = kind === "blobs" ? "BLOB_UNKNOWN" : "MANIFEST_UNKNOWN";
        refuse(response, 404, code, `${repository} has no ${reference}`);
        return;
    }
    response.writeHead(200, {
        "Content-Type": kind === "blobs" ? "application/octet-stream" : MANIFEST_TYPE,
        "Content-Length": blob.size,
        "Docker-Content-Digest": blob.digest,
    });
    if (request.method === "HEAD") {
        response.end();
        return;
    }
    await pipeline(blobs.read(blob.digest), response);
}

/** Names are those that an engine would take: none is a path. */
function readPath(path: string): Asked | undefined {
    const [, repository = "", kind, reference = ""] =
        /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    const named = `docker.io/${repository}${reference.includes(":") ? "@" : ":"}${reference}`;
    return parseReference(named) === undefined || (kind !== "manifests" && kind !== "blobs")
        ? undefined
        : { kind, repository, reference };
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
    send(response, status, JSON.stringify({ errors: [{ code, message }] }));
}

function send(response: ServerResponse, status: number, body: string): void {
    response.writeHead(status, {
        "Content-Type": "application/json",
        "Content-Length": Buffer.byteLength(body),
    });
    response.end(body);
}
