import { Problem } from "./problems";

/** Where requests for an app come in. */
export interface Route {
    /** Host name without scheme and port, in lower case: `quiz.example.org`. */
    readonly host: string;
    /**
     * Path below which the app answers: `/ws` means `/ws` and `/ws/…`, never `/wsx`. The longest matching prefix of a
     * host wins.
     * @default the whole host
     */
    readonly pathPrefix?: string;
}

const LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const HOST = new RegExp(`^${LABEL}(\\.${LABEL})+$`);
const PATH_PREFIX = /^(\/[A-Za-z0-9._~-]+)+$/;

/** Checks the syntax of a host name. */
export function checkHost(path: string, host: string): Problem[] {
    if (HOST.test(host) && host.length <= 253) {
        return [];
    }
    return [
        {
            path,
            message: `"${host}" is no host name: labels of lower-case letters, digits and hyphens with dots between, no scheme, port or path`,
        },
    ];
}

/** Checks the syntax of one route. */
export function checkRoute(path: string, route: Route): Problem[] {
    const problems = checkHost(`${path}.host`, route.host);
    if (route.pathPrefix !== undefined && !PATH_PREFIX.test(route.pathPrefix)) {
        problems.push({
            path: `${path}.pathPrefix`,
            message: `"${route.pathPrefix}" is no path prefix: it starts with "/", does not end with "/", and has letters, digits, ".", "_", "~" and "-"`,
            fix: "leave it out for the whole host",
        });
    }
    return problems;
}

/** A route and who claims it, as conflicts are told by. */
export interface Claim extends Route {
    readonly owner: string;
}

/** Two claims of the same host and path: the router could obey only one of them. */
export function checkConflicts(claims: readonly Claim[]): Problem[] {
    const first = new Map<string, Claim>();
    const problems: Problem[] = [];
    for (const claim of claims) {
        const key = describeRoute(claim);
        const earlier = first.get(key);
        if (earlier) {
            problems.push({
                path: claim.owner,
                message: `claims ${key}, which ${earlier.owner} already has`,
            });
        } else {
            first.set(key, claim);
        }
    }
    return problems;
}

/** Host and path as a person writes them: `quiz.example.org/ws`. */
export function describeRoute(route: Route): string {
    return route.host + (route.pathPrefix ?? "/");
}

/**
 * Which of two routes of a host goes first: the one with the longer prefix. At least 1, for a router's priority.
 */
export function precedenceOf({ pathPrefix }: Route): number {
    return 1 + (pathPrefix?.length ?? 0);
}

/** Routes in the order in which they are to be tried, for whoever takes the first that fits. */
export function orderRoutes<Each extends Route>(routes: readonly Each[]): Each[] {
    return [...routes].sort(
        (a, b) =>
            compareText(a.host, b.host) ||
            precedenceOf(b) - precedenceOf(a) ||
            compareText(a.pathPrefix ?? "", b.pathPrefix ?? ""),
    );
}

function compareText(a: string, b: string): number {
    return a < b ? -1 : Number(a > b);
}
