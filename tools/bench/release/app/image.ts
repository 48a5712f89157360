import fs from "node:fs";
import path from "node:path";
import Docker from "dockerode";
import { packContext } from "../../../setup/context";
import { follow } from "../../../setup/images";

const REPOSITORY = "berth-bench-release";
const BASE = "node:20-slim";

/** An image of a version of the app. */
export function imageOf(version: number): string {
    return `${REPOSITORY}:${version}`;
}

/** Builds the app's images, versions 0 to `last`: one bundle, and in each image the number that it answers with. */
export async function buildImages(
    docker: Docker,
    folder: string,
    last: number,
    labels: Readonly<Record<string, string>>,
): Promise<void> {
    const context = path.join(folder, "app");
    fs.mkdirSync(context);
    const { build } = await import("esbuild");
    await build({
        entryPoints: [path.join(__dirname, "server.ts")],
        outfile: path.join(context, "server.js"),
        bundle: true,
        platform: "node",
        target: "node20",
        format: "cjs",
        // Optional helpers of ws: not installed, and done without.
        external: ["bufferutil", "utf-8-validate"],
        tsconfigRaw: {},
        logLevel: "warning",
    });
    fs.writeFileSync(path.join(context, "Dockerfile"), DOCKERFILE);
    const files = [
        { from: path.join(context, "Dockerfile"), to: "Dockerfile", mode: 0o644 },
        { from: path.join(context, "server.js"), to: "server.js", mode: 0o644 },
        { from: path.join(__dirname, "wget"), to: "wget", mode: 0o755 },
    ];
    for (let version = 0; version <= last; version++) {
        const stream = await docker.buildImage(packContext(files), {
            t: imageOf(version),
            labels: { ...labels },
            buildargs: { VERSION: String(version) },
            networkmode: "none",
            forcerm: true,
        });
        await follow(docker, stream, `building the bench's app ${version}`);
    }
}

const DOCKERFILE = `FROM ${BASE}
COPY server.js /app/server.js
COPY wget /usr/local/bin/wget
USER node
CMD ["node", "/app/server.js"]
ARG VERSION
ENV VERSION=$VERSION
`;
