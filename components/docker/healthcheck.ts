import * as docker from "@pulumi/docker";
import { httpTest } from "../../lib/healthcheck";
import { AppArgs, HealthCheckArgs } from "../platform";

/** The engine's own check of an app, which goes on while it runs. Defaults are those of connected-repo's and korczewski's own checks. */
export function healthcheckOf({
    health,
    port,
}: AppArgs): docker.types.input.ContainerHealthcheck | undefined {
    if (health === undefined) {
        return undefined;
    }
    const { intervalSeconds = 30, timeoutSeconds = 10, startPeriodSeconds = 40, retries = 3 } = health;
    return {
        tests: testOf(health, port ?? 0, timeoutSeconds),
        interval: `${intervalSeconds}s`,
        timeout: `${timeoutSeconds}s`,
        startPeriod: `${startPeriodSeconds}s`,
        retries,
    };
}

function testOf({ path, command = [] }: HealthCheckArgs, port: number, timeoutSeconds: number): string[] {
    return path === undefined ? ["CMD", ...command] : httpTest(port, path, timeoutSeconds);
}
