import fc from "fast-check";
import { checkConflicts, checkHost, checkRoute, orderRoutes, precedenceOf } from "../../lib/routes";

describe("a host", () => {
    it.each(["a.example", "l2p.korczewski.de", "xn--bcher-kva.example", "a-b.c-d.e"])("%s is one", (host) => {
        expect(checkHost("host", host)).toEqual([]);
    });

    it.each([
        "",
        "localhost",
        "A.example",
        "a..example",
        "-a.example",
        "a-.example",
        "a_b.example",
        "https://a.example",
        "a.example:80",
        "a.example/path",
        "a.example`) || Host(`b.example",
        `${"a".repeat(64)}.example`,
        `${"a.".repeat(126)}example`,
    ])("%s is none", (host) => {
        expect(checkHost("host", host)).toHaveLength(1);
    });
});

describe("a path prefix", () => {
    it.each(["/ws", "/api/v1", "/a.b_c~d-e"])("%s is one", (pathPrefix) => {
        expect(checkRoute("route", { host: "a.example", pathPrefix })).toEqual([]);
    });

    it.each(["", "/", "ws", "/ws/", "//ws", "/w s", "/ws*", "/`", "/{{"])("%j is none", (pathPrefix) => {
        expect(checkRoute("route", { host: "a.example", pathPrefix })).toHaveLength(1);
    });
});

describe("conflicts", () => {
    const route = fc.record(
        {
            owner: fc.stringMatching(/^[a-z]{1,5}$/),
            host: fc.constantFrom("a.example", "b.example"),
            pathPrefix: fc.constantFrom("/x", "/y"),
        },
        { requiredKeys: ["owner", "host"] },
    );

    it("are as many as there are claims beyond the first of each host and path", () => {
        fc.assert(
            fc.property(fc.array(route), (claims) => {
                const distinct = new Set(claims.map(({ host, pathPrefix }) => `${host}|${pathPrefix ?? ""}`));
                expect(checkConflicts(claims)).toHaveLength(claims.length - distinct.size);
            }),
        );
    });

    it("name both sides", () => {
        const claims = [
            { owner: "one", host: "a.example", pathPrefix: "/x" },
            { owner: "two", host: "a.example", pathPrefix: "/x" },
        ];
        expect(checkConflicts(claims)).toEqual([
            { path: "two", message: "claims a.example/x, which one already has" },
        ]);
    });
});

describe("the order of routes", () => {
    const host = fc.constantFrom("a.example", "b.example");
    const prefix = fc.stringMatching(/^(\/[a-z]{1,3}){1,3}$/);
    const anyRoute = fc.record({ host, pathPrefix: prefix }, { requiredKeys: ["host"] });

    it("tries a longer prefix of a host before a shorter one, and the whole host last", () => {
        fc.assert(
            fc.property(fc.array(anyRoute), (routes) => {
                const ordered = orderRoutes(routes);
                for (const [index, route] of ordered.entries()) {
                    const later = ordered.slice(index + 1).filter((other) => other.host === route.host);
                    expect(later.every((other) => precedenceOf(other) <= precedenceOf(route))).toBe(true);
                }
            }),
        );
    });

    it("is the same whatever order they came in, and loses none", () => {
        fc.assert(
            fc.property(
                fc
                    .array(anyRoute)
                    .chain((routes) =>
                        fc.tuple(
                            fc.constant(routes),
                            fc.shuffledSubarray(routes, { minLength: routes.length }),
                        ),
                    ),
                ([routes, shuffled]) => {
                    expect(orderRoutes(shuffled)).toEqual(orderRoutes(routes));
                    expect(orderRoutes(routes)).toHaveLength(routes.length);
                },
            ),
        );
    });
});
