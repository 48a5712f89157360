import fs from "node:fs";
import path from "node:path";
import Docker from "dockerode";
import { packContext } from "../../../setup/context";
import { follow } from "../../../setup/images";
import { ensurePeer } from "../../../setup/peers";
import { HEALTH_PATH, HOST, PORT } from "../app/contract";
import { imageOf } from "../app/image";
import { Arm, ArmBench, RunningArm } from "../arm";
import { createNetwork, startContainer } from "../engine";
import { runIn } from "../exec";

const SERVICE = "bench-web";

/**
 * The proxy of Kamal, asked as Kamal 2 asks it: the new container, `kamal-proxy deploy` with Kamal's own defaults, which waits
 * for its health, moves the route and drains; then `docker stop` for the old one. What Kamal does around it (SSH, its locks,
 * pulling) is left out, so its releases take longer than here.
 */
export const kamalProxy: Arm = {
    about: "new container, `kamal-proxy deploy` with Kamal's defaults, stop and remove the old one",
    command: false,
    drains: true,
    async start(bench) {
        const image = await buildProxy(bench);
        const network = await createNetwork(bench);
        const proxy = await startContainer(bench.docker, {
            name: `${bench.prefix}-proxy`,
            image,
            labels: bench.labels.all,
            network,
            publish: { internal: 80, port: bench.port },
        });
        let current: Docker.Container | undefined;
        const release = async (version: number) => {
            const next = await startContainer(bench.docker, {
                name: `${bench.prefix}-${SERVICE}-${version}`,
                image: imageOf(version),
                labels: bench.labels.app,
                network,
            });
            await runIn(bench.docker, proxy, deploy(next.id));
            await current?.stop();
            await current?.remove();
            current = next;
        };
        await release(0);
        return { release } satisfies RunningArm;
    },
};

/** The arguments that Kamal gives, with what it sets when nothing is said. */
function deploy(container: string): string[] {
    return [
        "kamal-proxy",
        "deploy",
        SERVICE,
        `--target=${container.slice(0, 12)}:${PORT}`,
        `--host=${HOST}`,
        "--deploy-timeout=30s",
        "--drain-timeout=30s",
        `--health-check-path=${HEALTH_PATH}`,
        "--buffer-requests",
        "--buffer-responses",
        ...["Cache-Control", "Last-Modified", "User-Agent"].map((header) => `--log-request-header=${header}`),
    ];
}

/** The proxy's image, made as its own Dockerfile makes it. */
async function buildProxy(bench: ArmBench): Promise<string> {
    const { file, version } = await ensurePeer("kamal-proxy", bench.signal, bench.say);
    const dockerfile = path.join(bench.folder, "Dockerfile");
    fs.writeFileSync(dockerfile, DOCKERFILE);
    const context = [
        { from: dockerfile, to: "Dockerfile" },
        { from: file, to: "kamal-proxy", mode: 0o755 },
    ];
    const image = `${bench.prefix}-proxy:${version}`;
    const stream = await bench.docker.buildImage(packContext(context), {
        t: image,
        labels: { ...bench.labels.all },
        networkmode: "none",
        forcerm: true,
    });
    await follow(bench.docker, stream, "building the image of kamal-proxy");
    return image;
}

const DOCKERFILE = `FROM node:20-slim
COPY kamal-proxy /usr/local/bin/
RUN useradd kamal-proxy \\
    && mkdir -p /home/kamal-proxy/.config/kamal-proxy \\
    && chown -R kamal-proxy:kamal-proxy /home/kamal-proxy
USER kamal-proxy:kamal-proxy
CMD ["kamal-proxy", "run"]
`;
