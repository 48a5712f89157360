import fc from "fast-check";
import { IngressRule, renderIngress } from "../../lib/ingress";
import { Route } from "../../lib/routes";
import { renderRule } from "../../lib/traefik";

const SERVICE = "http://router:8000";

/** What cloudflared does with its rules: the first whose host is the request's and whose pattern matches in the path. */
function cloudflared(rules: readonly IngressRule[], host: string, path: string): number {
    return rules.findIndex(
        (rule) =>
            (rule.hostname === undefined || rule.hostname === host) &&
            (rule.path === undefined || new RegExp(rule.path).test(path)),
    );
}

describe("the rules of a tunnel", () => {
    it("lead every route to the one service, the longest prefix first, and answer 404 to all else", () => {
        const routes = [
            { host: "quiz.example" },
            { host: "quiz.example", pathPrefix: "/ws" },
            { host: "quiz.example", pathPrefix: "/ws/v1.2" },
            { host: "api.example" },
        ];
        expect(renderIngress(routes, SERVICE)).toEqual([
            { hostname: "api.example", service: SERVICE },
            { hostname: "quiz.example", path: "^/ws/v1\\.2(/|$)", service: SERVICE },
            { hostname: "quiz.example", path: "^/ws(/|$)", service: SERVICE },
            { hostname: "quiz.example", service: SERVICE },
            { service: "http_status:404" },
        ]);
    });

    it.each([
        ["/ws", true],
        ["/ws/", true],
        ["/ws/1", true],
        ["/wsx", false],
        ["/", false],
        ["/a/ws", false],
    ])("of the prefix /ws take %s: %s", (path, taken) => {
        const rules = renderIngress([{ host: "a.example", pathPrefix: "/ws" }], SERVICE);
        expect(cloudflared(rules, "a.example", path) === 0).toBe(taken);
    });

    it("choose the same route as the router's own rules and priorities do", () => {
        const segment = fc.constantFrom("a", "ab", "a.b", "w-s", "~x");
        const prefix = fc
            .array(segment, { minLength: 1, maxLength: 3 })
            .map((parts) => `/${parts.join("/")}`);
        const route = fc.record(
            { host: fc.constantFrom("a.example", "b.example"), pathPrefix: prefix },
            { requiredKeys: ["host"] },
        );
        fc.assert(
            fc.property(
                fc.uniqueArray(route, { selector: (each) => `${each.host}${each.pathPrefix ?? ""}` }),
                fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.join("/")}`),
                (routes, path) => {
                    const rules = renderIngress(routes, SERVICE);
                    const rule = rules[cloudflared(rules, "a.example", path)];
                    const chosen = traefik(routes, "a.example", path);
                    expect(rule?.hostname).toBe(chosen?.host);
                    expect(rule?.path === undefined).toBe(chosen?.pathPrefix === undefined);
                    expect(rule?.path?.replaceAll("\\", "")).toBe(
                        chosen?.pathPrefix && `^${chosen.pathPrefix}(/|$)`,
                    );
                },
            ),
        );
    });
});

/** What Traefik does with its rules: of those that match, the one of the highest priority. */
function traefik(routes: readonly Route[], host: string, path: string): Route | undefined {
    const matches = (route: Route) => {
        const [, onHost, exact, below] =
            /^Host\(`(.*?)`\)(?: && \(Path\(`(.*)`\) \|\| PathPrefix\(`(.*)`\)\))?$/.exec(
                renderRule(route),
            ) ?? [];
        return (
            onHost === host &&
            (exact === undefined || path === exact || (below !== undefined && path.startsWith(below)))
        );
    };
    return routes
        .filter(matches)
        .sort((a, b) => (b.pathPrefix?.length ?? 0) - (a.pathPrefix?.length ?? 0))
        .at(0);
}
