import { IngressRule } from "../../lib/ingress";

/** Whether a rule takes every request. */
function isCatchAll({ hostname, path }: IngressRule): boolean {
    return (isNone(hostname) || hostname === "*") && isNone(path);
}

/** The API gives an empty text back for what was never said. */
function isNone(filter: string | undefined): boolean {
    return filter === undefined || filter === "";
}

/** The first thing that is wrong with a tunnel's rules, in cloudflared's order. Undefined when they can be. */
export function ingressFault(rules: readonly IngressRule[]): string | undefined {
    const last = rules.at(-1);
    if (last === undefined) {
        return "The config file doesn't contain any ingress rules";
    }
    for (const [index, rule] of rules.entries()) {
        const fault = ruleFault(rule) ?? (rule === last ? undefined : shadowing(rule, index));
        if (fault !== undefined) {
            return fault;
        }
    }
    return isCatchAll(last)
        ? undefined
        : "The last ingress rule must match all URLs (i.e. it should not have a hostname or path filter)";
}

function shadowing(rule: IngressRule, index: number): string | undefined {
    return isCatchAll(rule)
        ? `Rule #${index + 1} is matching the hostname '${rule.hostname ?? ""}', but this will match every hostname, ` +
              "meaning the rules which follow it will never be triggered."
        : undefined;
}

function ruleFault({ hostname = "", path = "", service }: IngressRule): string | undefined {
    return hostFault(hostname) ?? pathFault(path) ?? serviceFault(service);
}

function hostFault(hostname: string): string | undefined {
    if (/:\d*$/.test(hostname)) {
        return "Hostname cannot contain a port";
    }
    const rest = hostname === "*" ? "" : hostname.replace(/^\*\./, "");
    if (rest.includes("*")) {
        return 'Hostname patterns can have at most one wildcard character ("*") and it can only be used for subdomains, e.g. "*.example.com"';
    }
    return /^[a-z0-9._-]*$/i.test(rest) ? undefined : `Hostname ${hostname} is no host name`;
}

/** What JavaScript's expressions have, and RE2's don't: looking around and back. */
const NOT_IN_RE2 = /\(\?<?[=!]|\\[1-9]|\\k</;

function pathFault(path: string): string | undefined {
    const invalid = `Rule has an invalid regex: ${path}`;
    if (NOT_IN_RE2.test(path)) {
        return invalid;
    }
    try {
        new RegExp(path);
        return undefined;
    } catch {
        return invalid;
    }
}

const BUILT_IN = ["hello_world", "hello-world", "bastion"];

function serviceFault(service: unknown): string | undefined {
    if (typeof service !== "string" || service === "") {
        return "Service is missing";
    }
    if (BUILT_IN.includes(service) || /^unix(\+tls)?:./.test(service)) {
        return undefined;
    }
    if (service.startsWith("http_status:")) {
        const [, code] = /^http_status:(\d{3})$/.exec(service) ?? [];
        return Number(code) >= 100 ? undefined : `invalid HTTP status code: ${service}`;
    }
    const [, address, path] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\s]+)([^\s]*)$/i.exec(service) ?? [];
    if (address === undefined) {
        return `${service} is an invalid address, please make sure it has a scheme and a hostname`;
    }
    return path === ""
        ? undefined
        : `${service} is an invalid address, ingress rules don't support proxying to a different path on the origin service. ` +
              "The path will be the same as the eyeball request's path";
}
