import { isPlainPath } from "../../lib/healthcheck";
import { checkName } from "../../lib/names";
import { checkNumber, checkPort } from "../../lib/numbers";
import { Problem } from "../../lib/problems";
import { checkConflicts, checkRoute } from "../../lib/routes";
import { AppArgs, HealthCheckArgs, VolumeArgs } from "../platform";
import { checkLimits } from "./limits";

/** All that is wrong with an app's arguments, as far as it can be told before anything is made. */
export function validateApp(args: AppArgs): Problem[] {
    return [
        ...checkSource(args),
        ...checkPort("args.port", args.port),
        ...checkNumber("args.replicas", args.replicas, { min: 1 }),
        ...checkNumber("args.readyTimeoutSeconds", args.readyTimeoutSeconds, { min: 1 }),
        ...checkNumber("args.releaseTimeoutSeconds", args.releaseTimeoutSeconds, { min: 1 }),
        ...checkNumber("args.drainSeconds", args.drainSeconds, { min: 0, max: 86_400 }),
        ...checkNumber("args.stopGraceSeconds", args.stopGraceSeconds, { min: 0 }),
        ...checkNumber("args.requestsPerMinute", args.requestsPerMinute, { min: 1 }),
        ...checkUser(args),
        ...checkLimits(args.limits),
        ...checkHealth(args),
        ...checkRoutes(args),
        ...checkVariables(args),
        ...(args.volumes ?? []).flatMap((volume, index) => checkVolume(`args.volumes[${index}]`, volume)),
    ];
}

function checkSource({ image, build, registry }: AppArgs): Problem[] {
    const problems: Problem[] = [];
    if ((image === undefined) === (build === undefined)) {
        problems.push({ path: "args.image", message: "only one of image and build, and one of them" });
    }
    if (build !== undefined && registry !== undefined) {
        problems.push({
            path: "args.registry",
            message: "goes with image: what is built here is not pulled",
        });
    }
    return problems;
}

/** By its number, however many noughts it is written with, or by its name. */
const ROOT = /^(0*|root)(:|$)/;

function checkUser({ user }: AppArgs): Problem[] {
    return user !== undefined && ROOT.test(user)
        ? [{ path: "args.user", message: `"${user}" is root: an app runs as somebody else` }]
        : [];
}

function checkHealth({ health, port }: AppArgs): Problem[] {
    if (health === undefined) {
        return [];
    }
    const { path, command } = health;
    const problems = checkTimes(health);
    if ((path === undefined) === (command === undefined)) {
        problems.push({ path: "args.health", message: "only one of path and command, and one of them" });
    }
    if (path !== undefined && port === undefined) {
        problems.push({
            path: "args.health.path",
            message: "needs a port to ask on",
            fix: "give a command instead",
        });
    }
    if (path !== undefined && !isPlainPath(path)) {
        problems.push({
            path: "args.health.path",
            message: `"${path}" is no path: it starts with "/" and needs no escaping`,
        });
    }
    return problems;
}

function checkTimes(health: HealthCheckArgs): Problem[] {
    return [
        ...checkNumber("args.health.intervalSeconds", health.intervalSeconds, { min: 1 }),
        ...checkNumber("args.health.timeoutSeconds", health.timeoutSeconds, { min: 1 }),
        ...checkNumber("args.health.startPeriodSeconds", health.startPeriodSeconds, { min: 0 }),
        ...checkNumber("args.health.retries", health.retries, { min: 1 }),
    ];
}

function checkRoutes({ routes = [], port }: AppArgs): Problem[] {
    const problems = routes.flatMap((route, index) => checkRoute(`args.routes[${index}]`, route));
    if (routes.length > 0 && port === undefined) {
        problems.push({ path: "args.routes", message: "need a port to lead to" });
    }
    const claims = routes.map((route, index) => ({ ...route, owner: `args.routes[${index}]` }));
    return [...problems, ...checkConflicts(claims)];
}

function checkVariables({ env = {}, secrets = {} }: AppArgs): Problem[] {
    const twice = Object.keys(secrets).filter((name) => name in env);
    return twice.map((name) => ({
        path: `args.secrets.${name}`,
        message: "stands in env, too: only one of the two",
    }));
}

function checkVolume(path: string, { volume, hostPath, containerPath }: VolumeArgs): Problem[] {
    const problems: Problem[] = [];
    if ((volume === undefined) === (hostPath === undefined)) {
        problems.push({ path, message: "only one of volume and hostPath, and one of them" });
    }
    if (volume !== undefined) {
        problems.push(...checkName(`${path}.volume`, volume));
    }
    if (hostPath !== undefined && !hostPath.startsWith("/")) {
        problems.push({ path: `${path}.hostPath`, message: `"${hostPath}" is not absolute` });
    }
    if (!containerPath.startsWith("/")) {
        problems.push({ path: `${path}.containerPath`, message: `"${containerPath}" is not absolute` });
    }
    return problems;
}
