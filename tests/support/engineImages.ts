import { createHash } from "node:crypto";
import { createServer, Server } from "node:http";
import { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import Docker from "dockerode";
import { pack } from "tar-stream";

/** An image of an engine that stands in for a real one. */
export interface HeldImage {
    /** Its containers' command. */
    readonly command: string;
    readonly layers: readonly string[];
    /** Whether the engine keeps layers compressed, and saves them so. @default false */
    readonly compressed?: boolean;
    /** A layer that is missing from what it saves. @default none */
    readonly without?: string;
}

export function digestOf(content: string | Buffer): string {
    return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** An engine that has images, and remembers which it had to save. */
export class EngineImages {
    readonly images = new Map<string, HeldImage>();
    readonly saved: string[] = [];
    private readonly server: Server;

    constructor() {
        this.server = createServer((request, response) => {
            const [, name = "", what] = /^\/images\/(.+)\/(json|get)$/.exec(request.url ?? "") ?? [];
            const [known, image] =
                [...this.images].find(
                    ([each, held]) => each === decodeURIComponent(name) || idOf(held) === name,
                ) ?? [];
            if (known === undefined || image === undefined) {
                response.writeHead(404).end(JSON.stringify({ message: `No such image: ${name}` }));
            } else if (what === "json") {
                response.end(JSON.stringify(inspectionOf(image)));
            } else {
                this.saved.push(known);
                archiveOf(image).pipe(response);
            }
        });
    }

    async start(): Promise<Docker> {
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
        return new Docker({ host: "127.0.0.1", port: (this.server.address() as AddressInfo).port });
    }

    async stop(): Promise<void> {
        await new Promise((resolve) => this.server.close(resolve));
    }
}

function idOf({ command, layers }: HeldImage): string {
    return digestOf(`${command} ${layers.join()}`);
}

function inspectionOf(image: HeldImage): object {
    return {
        Id: idOf(image),
        ...{ Architecture: "amd64", Os: "linux", Created: "2026-01-02T03:04:05Z" },
        Config: { Cmd: [image.command] },
        RootFS: { Type: "layers", Layers: image.layers.map(digestOf) },
    };
}

/** An archive: of the old form, where a layer that was there before is a link, or of the form of newer engines. */
function archiveOf({ layers, compressed = false, without }: HeldImage): Readable {
    const archive = pack();
    for (const [index, layer] of layers.entries()) {
        const content = compressed ? gzipSync(layer) : Buffer.from(layer);
        const name = compressed ? `blobs/sha256/${digestOf(content).slice(7)}` : `layer-${index}/layer.tar`;
        archive.entry({ name: `layer-${index}/json` }, "{}");
        const before = layers.indexOf(layer);
        if (!compressed && before < index) {
            archive.entry({ name, type: "symlink", linkname: `../layer-${before}/layer.tar` });
        } else if (layer !== without) {
            archive.entry({ name }, content);
        }
    }
    archive.entry({ name: "manifest.json" }, "[]");
    archive.finalize();
    return Readable.from(archive);
}
