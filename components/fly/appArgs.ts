import { isPlainPath } from "../../lib/healthcheck";
import { checkNumber, checkPort } from "../../lib/numbers";
import { Problem } from "../../lib/problems";
import { checkConflicts, checkRoute } from "../../lib/routes";
import { AppArgs } from "../platform";
import { checkSize } from "./guest";

/** All that is wrong with the arguments of an app of that name at Fly, as far as it can be told before anything is made. */
export function validateFlyApp(args: AppArgs, appName: string): Problem[] {
    return [
        ...checkPlatform(args),
        ...checkPort("args.port", args.port),
        ...checkNumber("args.replicas", args.replicas, { min: 1 }),
        ...checkNumber("args.readyTimeoutSeconds", args.readyTimeoutSeconds, { min: 1 }),
        ...checkNumber("args.releaseTimeoutSeconds", args.releaseTimeoutSeconds, { min: 1 }),
        ...checkNumber("args.drainSeconds", args.drainSeconds, { min: 0 }),
        ...checkNumber("args.stopGraceSeconds", args.stopGraceSeconds, { min: 1, max: MOST_GRACE_SECONDS }),
        ...checkSize(args.limits),
        ...checkHealth(args),
        ...checkRoutes(args, appName),
        ...checkVariables(args),
    ];
}

/** Source: Fly's documentation of `kill_timeout` for machines with shared CPUs. */
const MOST_GRACE_SECONDS = 300;

/** Every app has a host of its name below it, certificate included. */
export const FLY_DOMAIN = ".fly.dev";

/** Name of the app's secret that holds a file. */
export function secretOf(file: string): string {
    return `FILE_${file.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

/** What Fly has no counterpart for. */
function checkPlatform({ image, build, registry, volumes, user }: AppArgs): Problem[] {
    const refused: [string, unknown, string][] = [
        [
            "build",
            build,
            "Fly runs images that are there: build it in CI, push it to registry.fly.io/<app>, give its reference as image",
        ],
        [
            "registry",
            registry,
            "Fly logs in at no other registry: push the image to registry.fly.io/<app>, or make it public",
        ],
        [
            "volumes",
            volumes?.length ? volumes : undefined,
            "an app on Fly keeps no data: its machines are replaced by every release",
        ],
        ["user", user, "a machine runs as the image's own user: set USER in its Dockerfile"],
    ];
    return [
        ...refused
            .filter(([, value]) => value !== undefined)
            .map(([name, , why]) => ({ path: `args.${name}`, message: `is not to be had on Fly: ${why}` })),
        ...(image === undefined && build === undefined
            ? [{ path: "args.image", message: "is missing: the image to run" }]
            : []),
    ];
}

function checkHealth({ health, port }: AppArgs): Problem[] {
    if (health === undefined) {
        return [];
    }
    const { path, command } = health;
    return [
        ...checkNumber("args.health.intervalSeconds", health.intervalSeconds, { min: 2 }),
        ...checkNumber("args.health.timeoutSeconds", health.timeoutSeconds, { min: 1 }),
        ...checkNumber("args.health.startPeriodSeconds", health.startPeriodSeconds, { min: 0 }),
        ...(command === undefined
            ? []
            : [
                  {
                      path: "args.health.command",
                      message: "is not to be had on Fly, which asks by HTTP: give a path",
                  },
              ]),
        ...(path !== undefined && port === undefined
            ? [{ path: "args.health.path", message: "needs a port to ask on" }]
            : []),
        ...(path !== undefined && !isPlainPath(path)
            ? [
                  {
                      path: "args.health.path",
                      message: `"${path}" is no path: it starts with "/" and needs no escaping`,
                  },
              ]
            : []),
    ];
}

function checkRoutes({ routes = [], port }: AppArgs, appName: string): Problem[] {
    const claims = routes.map((route, index) => ({ ...route, owner: `args.routes[${index}]` }));
    return [
        ...routes.flatMap((route, index) => checkRoute(`args.routes[${index}]`, route)),
        ...routes.flatMap(({ pathPrefix }, index) =>
            pathPrefix === undefined
                ? []
                : [
                      {
                          path: `args.routes[${index}].pathPrefix`,
                          message: `"${pathPrefix}" is not to be had on Fly, which leads whole hosts to an app`,
                          fix: "give the app a host of its own",
                      },
                  ],
        ),
        ...routes.flatMap(({ host }, index) =>
            host.endsWith(FLY_DOMAIN) && host !== appName + FLY_DOMAIN
                ? [
                      {
                          path: `args.routes[${index}].host`,
                          message: `"${host}" is another app's at Fly: this one has ${appName}${FLY_DOMAIN}`,
                      },
                  ]
                : [],
        ),
        ...(routes.length > 0 && port === undefined
            ? [{ path: "args.routes", message: "need a port to lead to" }]
            : []),
        ...checkConflicts(claims),
    ];
}

function checkVariables({ env = {}, secrets = {}, secretFiles = {} }: AppArgs): Problem[] {
    const names = [
        ...Object.keys(env).map((name) => ["env", name] as const),
        ...Object.keys(secrets).map((name) => ["secrets", name] as const),
    ];
    const files = Object.keys(secretFiles);
    return [
        ...Object.keys(secrets)
            .filter((name) => name in env)
            .map((name) => ({
                path: `args.secrets.${name}`,
                message: "stands in env, too: only one of the two",
            })),
        ...names
            .filter(([, name]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
            .map(([field, name]) => ({
                path: `args.${field}.${name}`,
                message: "is no name of an environment variable",
            })),
        ...files
            .filter((name) => !/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name))
            .map((name) => ({ path: `args.secretFiles.${name}`, message: "is no name of a file" })),
        ...files.flatMap((name, index) =>
            secretOf(name) in secrets ||
            files.slice(0, index).some((other) => secretOf(other) === secretOf(name))
                ? [
                      {
                          path: `args.secretFiles.${name}`,
                          message: `is kept as the secret ${secretOf(name)}, which is taken`,
                      },
                  ]
                : [],
        ),
    ];
}
