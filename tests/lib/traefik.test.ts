import fc from "fast-check";
import { parse } from "yaml";
import {
    MIDDLEWARES,
    publishedIn,
    renderRouteFile,
    renderRule,
    renderSharedFile,
    RoutedApp,
    RouterConfig,
    routerFlags,
} from "../../lib/traefik";

const app: RoutedApp = {
    name: "shop-ws",
    routes: [
        { host: "shop.example", pathPrefix: "/ws", entryPoint: "web" },
        { host: "www.shop.example", entryPoint: "web" },
    ],
    servers: ["http://a:3000", "http://b:3000"],
    healthCheck: { path: "/healthz", intervalSeconds: 10, timeoutSeconds: 5 },
    dialTimeoutMs: 1500,
    idleTimeoutMs: 500,
};

describe("a route file", () => {
    it("holds routers, one load balancer with all servers, a health check and a dial timeout", () => {
        const { content, service } = renderRouteFile(app);
        expect(parse(content)).toEqual({
            http: {
                routers: {
                    "shop-ws": {
                        rule: "Host(`shop.example`) && (Path(`/ws`) || PathPrefix(`/ws/`))",
                        priority: 4,
                        entryPoints: ["web"],
                        middlewares: ["security-headers", "compress"],
                        service,
                    },
                    "shop-ws_2": {
                        rule: "Host(`www.shop.example`)",
                        priority: 1,
                        entryPoints: ["web"],
                        middlewares: ["security-headers", "compress"],
                        service,
                    },
                },
                services: {
                    [service]: {
                        loadBalancer: {
                            servers: [{ url: "http://a:3000" }, { url: "http://b:3000" }],
                            serversTransport: "shop-ws-transport",
                            healthCheck: { path: "/healthz", interval: "10s", timeout: "5s" },
                        },
                    },
                },
                serversTransports: {
                    "shop-ws-transport": {
                        forwardingTimeouts: { dialTimeout: "1500ms", idleConnTimeout: "500ms" },
                    },
                },
            },
        });
    });

    it("names its load balancer after its content: the same app the same, any change another", () => {
        expect(renderRouteFile({ ...app }).service).toBe(renderRouteFile(app).service);
        const others = [
            { ...app, servers: ["http://a:3000"] },
            { ...app, routes: [{ host: "shop.example", entryPoint: "web" as const }] },
            { ...app, without: ["compress" as const] },
            { ...app, requestsPerMinute: 10 },
            { ...app, dialTimeoutMs: 1000 },
            { ...app, healthCheck: undefined },
        ].map((each) => renderRouteFile(each).service);
        expect(new Set([...others, renderRouteFile(app).service]).size).toBe(7);
    });

    it("tells from its text alone what it was published as", () => {
        const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/);
        const route = fc.record({
            host: fc.stringMatching(/^[a-z0-9-]{1,9}\.example$/),
            pathPrefix: fc.option(fc.stringMatching(/^\/[a-z0-9{}:#'"-]{1,9}$/), { nil: undefined }),
            entryPoint: fc.constantFrom("web" as const, "websecure" as const),
        });
        fc.assert(
            fc.property(name, fc.array(route, { minLength: 1, maxLength: 5 }), (name, routes) => {
                const file = renderRouteFile({ ...app, name, routes });
                expect(publishedIn(file.content)).toEqual({ file, routes: routes.length });
            }),
        );
        expect(publishedIn("http: {}")).toBeUndefined();
    });

    it("gives the longer prefix of a host the higher priority", () => {
        fc.assert(
            fc.property(
                fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 5 }),
                (segments) => {
                    const shorter = segments.slice(0, -1);
                    const prefixOf = (each: string[]) =>
                        each.length === 0 ? undefined : `/${each.join("/")}`;
                    const { content } = renderRouteFile({
                        ...app,
                        routes: [shorter, segments].map((each) => ({
                            host: "a.example",
                            pathPrefix: prefixOf(each),
                            entryPoint: "web",
                        })),
                    });
                    const { routers } = (
                        parse(content) as { http: { routers: Record<string, { priority: number }> } }
                    ).http;
                    expect(routers["shop-ws_2"]?.priority).toBeGreaterThan(
                        routers["shop-ws"]?.priority ?? Infinity,
                    );
                },
            ),
        );
    });

    it("passes no value through as a template", () => {
        fc.assert(
            fc.property(fc.string(), (text) => {
                const { content } = renderRouteFile({
                    ...app,
                    servers: [`http://{{ env "SECRET" }}${text}:1`],
                });
                // What is left of every brace pair is Go's own way to print one.
                expect(content.replaceAll('{{"{{"}}', "")).not.toContain("{{");
            }),
        );
    });
});

describe("a rule", () => {
    it.each([
        [{ host: "a.example" }, "Host(`a.example`)"],
        [
            { host: "a.example", pathPrefix: "/ws" },
            "Host(`a.example`) && (Path(`/ws`) || PathPrefix(`/ws/`))",
        ],
    ])("%j", (route, rule) => {
        expect(renderRule(route)).toBe(rule);
    });
});

interface Parsed {
    http: { routers: Record<string, object>; middlewares?: Record<string, object> };
}

function parsed(changes: Partial<RoutedApp>): Parsed["http"] {
    return (parse(renderRouteFile({ ...app, ...changes }).content) as Parsed).http;
}

describe("a route's way in", () => {
    const via = (entryPoint: "web" | "websecure" | "tunnel", more: Partial<RoutedApp> = {}) =>
        parsed({ routes: [{ host: "a.example", entryPoint }], ...more }).routers["shop-ws"];

    it("is HTTPS with a certificate for the host", () => {
        expect(via("websecure")).toMatchObject({
            entryPoints: ["websecure"],
            middlewares: ["security-headers", "hsts", "compress"],
            tls: { certResolver: "letsencrypt" },
        });
    });

    it("is HTTPS with a wildcard's certificate where one covers the host", () => {
        const routes = [{ host: "a.b.example", entryPoint: "websecure" as const, wildcard: "*.b.example" }];
        expect(parsed({ routes }).routers["shop-ws"]).toMatchObject({
            tls: { certResolver: "letsencrypt-dns", domains: [{ main: "*.b.example" }] },
        });
    });

    it("is the tunnel, which lets in nobody but its connectors", () => {
        expect(via("tunnel")).toMatchObject({
            entryPoints: ["tunnel"],
            middlewares: ["from-tunnel", "to-https", "security-headers", "hsts", "compress"],
        });
        expect(via("tunnel")).not.toHaveProperty("tls");
    });

    it("is without TLS where somebody else ends it", () => {
        expect(via("web")).toMatchObject({ middlewares: ["security-headers", "compress"] });
        expect(via("web")).not.toHaveProperty("tls");
    });

    it("keeps the tunnel's filter, whatever the app does without", () => {
        expect(via("tunnel", { without: MIDDLEWARES, requestsPerMinute: 5 })).toMatchObject({
            middlewares: ["from-tunnel", "to-https"],
        });
    });
});

describe("a limit of requests", () => {
    it("tells clients apart by their address, and behind the tunnel by what Cloudflare says", () => {
        const { routers, middlewares } = parsed({
            requestsPerMinute: 200,
            routes: [
                { host: "a.example", entryPoint: "websecure" },
                { host: "b.example", entryPoint: "tunnel" },
            ],
        });
        expect(middlewares).toEqual({
            "shop-ws-rate-limit-websecure": {
                rateLimit: {
                    average: 200,
                    period: "1m",
                    burst: 50,
                    sourceCriterion: { ipStrategy: { ipv6Subnet: 64 } },
                },
            },
            "shop-ws-rate-limit-tunnel": {
                rateLimit: {
                    average: 200,
                    period: "1m",
                    burst: 50,
                    sourceCriterion: { requestHeaderName: "CF-Connecting-IP" },
                },
            },
        });
        expect(routers["shop-ws"]).toMatchObject({
            middlewares: ["shop-ws-rate-limit-websecure", "security-headers", "hsts", "compress"],
        });
        expect(routers["shop-ws_2"]).toMatchObject({
            middlewares: [
                "from-tunnel",
                "to-https",
                "shop-ws-rate-limit-tunnel",
                "security-headers",
                "hsts",
                "compress",
            ],
        });
    });

    it("is none unless the app asks for one", () => {
        expect(parsed({})).not.toHaveProperty("middlewares");
        expect(parsed({ requestsPerMinute: 5, without: ["rate-limit"] })).not.toHaveProperty("middlewares");
    });
});

describe("every middleware that a chain names", () => {
    it("is defined, in the app's file or in the one that all share", () => {
        const shared = parse(renderSharedFile({ logLevel: "INFO", tunnelSubnet: "10.0.0.0/28" })) as Parsed;
        fc.assert(
            fc.property(
                fc.constantFrom("web" as const, "websecure" as const, "tunnel" as const),
                fc.subarray([...MIDDLEWARES]),
                fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined }),
                (entryPoint, without, requestsPerMinute) => {
                    const { routers, middlewares = {} } = parsed({
                        routes: [{ host: "a.example", entryPoint }],
                        without,
                        requestsPerMinute,
                    });
                    const { middlewares: chain } = routers["shop-ws"] as { middlewares: string[] };
                    const defined = [
                        ...Object.keys(middlewares),
                        ...Object.keys(shared.http.middlewares ?? {}),
                    ];
                    expect(chain.filter((name) => !defined.includes(name))).toEqual([]);
                    expect(chain.filter((name) => without.some((other) => name === other))).toEqual([]);
                },
            ),
        );
    });
});

describe("the router's own configuration", () => {
    const tls: RouterConfig = {
        logLevel: "ERROR",
        acme: { email: "admin@a.example", server: "https://ca.example/dir", wildcards: true },
        tunnelSubnet: "10.0.0.0/28",
    };

    it("in public, with everything that there is", () => {
        expect(routerFlags(tls)).toMatchSnapshot();
        expect(renderSharedFile(tls)).toMatchSnapshot();
    });

    it("speaks plain HTTP and knows no tunnel by default", () => {
        const flags = routerFlags({ logLevel: "INFO" }).join("\n");
        expect(flags).not.toMatch(/websecure|tunnel|certificatesResolvers/);
        expect(parse(renderSharedFile({ logLevel: "INFO" }))).not.toHaveProperty("tls");
        expect(renderSharedFile({ logLevel: "INFO" })).not.toContain("from-tunnel");
    });

    it("logs requests without their paths, in whose queries tokens travel", () => {
        expect(routerFlags(tls)).toEqual(
            expect.arrayContaining([
                "--accessLog.format=json",
                "--accessLog.fields.names.RequestPath=drop",
                "--accessLog.fields.names.RequestLine=drop",
            ]),
        );
    });
});
