import fs from "node:fs";
import path from "node:path";
import execa from "execa";
import { stringify } from "yaml";
import { ROUTER_IMAGE } from "../../../../components/images";
import { httpTest } from "../../../../lib/healthcheck";
import { ensurePeer } from "../../../setup/peers";
import { HEALTH_PATH, PORT } from "../app/contract";
import { imageOf } from "../app/image";
import { Arm, ArmBench, CHECK, RunningArm } from "../arm";
import { labelFlags, ROUTE_LABELS, socketOf } from "../engine";

/**
 * A compose file as small teams have it: the app with a health check, and Traefik in front, which reads labels and leaves out
 * what is not healthy yet. A port that the app published itself would be as dead while the container is replaced.
 */
export const compose: Arm = {
    about: "the image's tag in a compose file, `docker compose up -d`; Traefik with Docker labels in front",
    command: true,
    drains: false,
    async start(bench) {
        const program = await ensurePeer("compose", bench.signal, bench.say);
        const file = path.join(bench.folder, "compose.yaml");
        const up = async (version: number) => {
            fs.writeFileSync(file, composeFile(bench, imageOf(version)));
            const args = ["--project-name", bench.prefix, "--file", file, "up", "--detach"];
            await execa(program.file, args, { env: bench.environment.variables, stdin: "ignore" });
        };
        await up(0);
        return { release: up } satisfies RunningArm;
    },
};

function composeFile(bench: ArmBench, image: string): string {
    const { all, app } = bench.labels;
    return stringify({
        services: {
            proxy: {
                image: ROUTER_IMAGE,
                command: labelFlags("docker", bench),
                restart: "unless-stopped",
                ports: [`127.0.0.1:${bench.port}:80`],
                volumes: [`${socketOf(bench)}:/var/run/docker.sock:ro`],
                labels: all,
            },
            app: {
                image,
                restart: "unless-stopped",
                labels: { ...app, ...ROUTE_LABELS },
                healthcheck: {
                    // A dollar sign would be one of compose's own variables.
                    test: httpTest(PORT, HEALTH_PATH, CHECK.timeoutSeconds).map((each) =>
                        each.replaceAll("$", "$$$$"),
                    ),
                    interval: `${CHECK.intervalSeconds}s`,
                    timeout: `${CHECK.timeoutSeconds}s`,
                    start_period: `${CHECK.startPeriodSeconds}s`,
                    retries: CHECK.retries,
                },
            },
        },
        networks: { default: { labels: all } },
    });
}
